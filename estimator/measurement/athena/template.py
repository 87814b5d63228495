"""The text of the query for Athena, with places for what `query` fills in."""

# As `Request.worth` says: of the copies of one request the one that tells most counts, then the
# first by `sortable`. A name that tells nothing more about the request is left empty, so that the
# result stays small: whose session it was, which caller no trail knows of.
TEMPLATE = """\
-- Requests to AWS KMS, each once, and the hours that events cover: one scan of the table.
-- Save the result as CSV, whole; then: kmscost measure athena RESULT.csv
WITH
events AS (
  SELECT
    told.what,
    IF(REGEXP_LIKE(log.eventtime, '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}'),
      SUBSTR(log.eventtime, 1, 10), '') AS day,
    -- data events, network activity and the like say nothing of the requests of their hour
    IF(told.what = {hours} AND COALESCE(log.eventcategory, '') NOT IN ({categories_apart}) AND
      REGEXP_LIKE(log.eventtime, '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T([01][0-9]|2[0-3])'),
      SUBSTR(log.eventtime, 12, 2), '') AS hour,
    COALESCE(log.recipientaccountid, '') AS recorder,
    COALESCE(log.awsregion, '') AS recorder_region,
    IF(told.what = {request}, COALESCE(log.eventname, ''), '') AS operation,
    IF(told.what = {request}, COALESCE(log.errorcode, ''), '') AS error,
    -- events of version 1.0 have no ids: all that they say tells them apart
    IF(told.what = {request},
      COALESCE(NULLIF(log.eventid, ''), NULLIF(log.requestid, ''), JSON_FORMAT(CAST(ARRAY[
        log.eventtime, log.eventname, log.awsregion, log.sourceipaddress, log.useragent,
        log.errorcode, log.errormessage, log.requestparameters, log.responseelements,
        log.additionaleventdata, JSON_FORMAT(CAST(log.useridentity AS JSON))] AS JSON))),
      CONCAT(COALESCE(log.recipientaccountid, ''), ' ', COALESCE(log.awsregion, ''), ' ',
        COALESCE(SUBSTR(log.eventtime, 1, 13), ''),
        IF(COALESCE(log.eventcategory, '') IN ({categories_apart}), ' ', ''))) AS event,
    IF(told.what = {request}, COALESCE(log.sharedeventid, ''), '') AS shared,
    IF(told.what = {request}, log.requestparameters) AS parameters,
    IF(told.what = {request}, log.resources) AS resources,
    IF(told.what = {request}, log.useridentity) AS caller,
    IF(told.what = {request}, COALESCE(log.sourceipaddress, ''), '') AS sourceipaddress,
    IF(told.what = {request}, COALESCE(log.useragent, ''), '') AS useragent
  FROM {table} AS log
  -- every event gives its hour; one that is a request to KMS is counted beside
  CROSS JOIN UNNEST(
    IF(log.eventsource = {kms}
        -- a service's event is a request where it encrypts for something, as in 2015
        AND (COALESCE(log.eventtype, '') NOT IN ({no_calls})
          OR (log.eventtype = {service_event} AND log.eventname IN ({calls})
            AND COALESCE(JSON_FORMAT(JSON_EXTRACT(
            log.requestparameters, '$.encryptionContext')), 'null') <> 'null'))
        AND COALESCE(log.eventcategory, '') NOT IN ({no_categories}),
      ARRAY[{hours}, {request}], ARRAY[{hours}])
  ) AS told (what)
  WHERE TRUE{span}
),
named AS (
  SELECT
    what, day, hour, recorder, recorder_region, operation, error, event, shared,
    COALESCE(
      JSON_EXTRACT_SCALAR(parameters, '$.encryptionContext["aws:cloudtrail:arn"]'),
      JSON_EXTRACT_SCALAR(parameters, '$.sourceEncryptionContext["aws:cloudtrail:arn"]'),
      '') AS trail,
    COALESCE(
      JSON_EXTRACT_SCALAR(parameters, '$.encryptionContext["aws:s3:arn"]'),
      JSON_EXTRACT_SCALAR(parameters, '$.sourceEncryptionContext["aws:s3:arn"]'),
      '') AS object,
    COALESCE(
      ELEMENT_AT(FILTER(TRANSFORM(resources, one -> one.arn),
        arn -> REGEXP_LIKE(arn, {key_arn})), 1),
      IF(REGEXP_LIKE(JSON_EXTRACT_SCALAR(parameters, '$.keyId'), {key_arn}),
        JSON_EXTRACT_SCALAR(parameters, '$.keyId')),
      '') AS key,
    COALESCE(caller.accountid, '') AS caller_account,
    COALESCE(caller.type, '') AS type,
    COALESCE(caller.arn, '') AS arn,
    COALESCE(caller.invokedby, '') AS invokedby,
    COALESCE(caller.sessioncontext.sessionissuer.arn, '') AS issuer,
    -- a host name or nobody: there are as many addresses and agents as callers
    IF(REGEXP_LIKE(sourceipaddress, {hosts}) OR sourceipaddress = {internal},
      sourceipaddress, '') AS address,
    IF(REGEXP_LIKE(useragent, {hosts}), useragent, '') AS agent,
    -- of a grant the context that it is limited to
    COALESCE(
      NULLIF(NULLIF(JSON_FORMAT(JSON_EXTRACT(parameters, '$.encryptionContext')), 'null'), '{{}}'),
      NULLIF(NULLIF(
        JSON_FORMAT(JSON_EXTRACT(parameters, '$.sourceEncryptionContext')), 'null'), '{{}}'),
      NULLIF(NULLIF(JSON_FORMAT(
        JSON_EXTRACT(parameters, '$.constraints.encryptionContextSubset')), 'null'), '{{}}'),
      NULLIF(NULLIF(JSON_FORMAT(
        JSON_EXTRACT(parameters, '$.constraints.encryptionContextEquals')), 'null'), '{{}}')
    ) AS whose,
    COALESCE(
      JSON_EXTRACT_SCALAR(parameters, '$.encryptionAlgorithm'),
      JSON_EXTRACT_SCALAR(parameters, '$.signingAlgorithm'),
      JSON_EXTRACT_SCALAR(parameters, '$.sourceEncryptionAlgorithm'), '') AS algorithm,
    COALESCE(JSON_EXTRACT_SCALAR(parameters, '$.keyPairSpec'), '') AS pair_spec
  FROM events
),
attributed AS (
  SELECT
    *,
    -- the rules of attribution, the first that is met
    CASE
      {context_key}
      ELSE '' END AS context,
    CASE
      {context_value}
      ELSE '' END AS resource,
    REGEXP_LIKE(invokedby, {consoles}) AND REGEXP_LIKE(invokedby, {hosts}) AS by_console,
    (REGEXP_LIKE(invokedby, {hosts}) AND NOT REGEXP_LIKE(invokedby, {consoles}))
      OR (REGEXP_LIKE(address, {hosts}) AND NOT REGEXP_LIKE(address, {consoles}))
      OR (agent <> '' AND NOT REGEXP_LIKE(agent, {consoles})) AS by_host
  FROM named
),
short AS (
  SELECT
    what, day, hour, recorder, recorder_region, operation, error, event, shared, trail, key,
    -- of an object's name its folder, of a session its role
    IF(trail = '', IF(object LIKE '%/%', '', object), REGEXP_REPLACE(
      REGEXP_REPLACE(object, '/[0-9]{{4}}/[0-9]{{2}}/[0-9]{{2}}/[^/]+$', {any_day}),
      '/[^/]+$', '/*')) AS target,
    caller_account,
    type AS caller_type,
    CASE
      WHEN REGEXP_LIKE(arn, ':assumed-role/[^/]+/') AND arn NOT LIKE {replication}
        THEN CONCAT(REGEXP_EXTRACT(arn, '^.*:assumed-role/[^/]+/'), '*')
      WHEN REGEXP_LIKE(arn, ':federated-user/') AND issuer <> ''
        THEN CONCAT(REGEXP_EXTRACT(arn, '^.*:federated-user/'), '*')
      ELSE arn END AS caller_arn,
    invokedby AS caller_service,
    issuer AS caller_role,
    context, resource, address, agent, algorithm, pair_spec,
    -- nobody knows the service: the keys of the context are an example of what there is
    IF(what = {request} AND context = '' AND NOT by_host AND whose IS NOT NULL
      AND (address <> '' OR type = {service} OR (invokedby <> '' AND NOT by_console)
        OR CONCAT(type, arn, caller_account, invokedby) = ''),
      CONCAT(ARRAY_JOIN(TRANSFORM(SLICE(MAP_KEYS(CAST(JSON_PARSE(whose) AS MAP(VARCHAR, JSON))),
        1, {most_keys}), one -> SUBSTR(one, 1, {longest_key})), ', '),
        IF(CARDINALITY(MAP_KEYS(CAST(JSON_PARSE(whose) AS MAP(VARCHAR, JSON)))) > {most_keys},
          ', ...', '')), '') AS context_keys,
    IF(context <> '' OR by_host, 16, 0) + IF(context <> '' OR by_host OR NOT (
      address <> '' OR type = {service} OR (invokedby <> '' AND NOT by_console)
      OR CONCAT(type, arn, caller_account, invokedby) = ''), 2, 0) AS worth_of_service
  FROM attributed
),
copies AS (
  SELECT
    *,
    IF(shared <> '', 128, 0) + IF(trail <> '', 64, 0) + IF(key <> '', 1, 0) +
      IF(trail <> '' AND target <> '' AND caller_arn LIKE 'arn:%' AND
        (operation IN ({reads}) OR caller_arn LIKE {replication}), 32, 0) +
      IF(caller_arn LIKE 'arn:%', 8, 0) + IF(resource <> '', 4, 0) + worth_of_service AS worth,
    COUNT(*) AS copies
  FROM short
  GROUP BY what, day, hour, recorder, recorder_region, operation, error, event, shared, trail, key,
    target, caller_account, caller_type, caller_arn, caller_service, caller_role, context, resource,
    address, agent, context_keys, algorithm, pair_spec, worth_of_service
),
-- trails repeat an event: one id; a call between accounts is two events: one shared id
by_event AS (
  SELECT
    *,
    SUM(copies) OVER (PARTITION BY what, event) AS of_event,
    ROW_NUMBER() OVER (PARTITION BY what, event ORDER BY worth DESC, day, recorder,
      recorder_region, target, caller_account, key, trail, caller_role, caller_arn, caller_service,
      caller_type, operation, error, shared, hour, context, resource, address, agent, context_keys,
      algorithm, pair_spec) AS place_of_event
  FROM copies
),
by_shared AS (
  SELECT
    *,
    SUM(of_event) OVER (PARTITION BY what, shared, IF(shared = '', event)) AS of_shared,
    ROW_NUMBER() OVER (PARTITION BY what, shared, IF(shared = '', event) ORDER BY worth DESC, day,
      recorder, recorder_region, target, caller_account, key, trail, caller_role, caller_arn,
      caller_service, caller_type, operation, error, event, hour, context, resource, address,
      agent, context_keys, algorithm, pair_spec) AS place_of_shared
  FROM by_event
  WHERE place_of_event = 1
)
SELECT
  what,
  {traits},
  COUNT_IF(what = {request}) AS requests,
  SUM(of_shared) AS events,
  ARRAY_JOIN(ARRAY_SORT(ARRAY_AGG(DISTINCT hour)), ' ') AS hours,
  -- so that a part of the result is never taken for all of it
  COUNT(*) OVER () AS rows_in_all
FROM by_shared
WHERE place_of_shared = 1
GROUP BY
  what,
  {traits}
"""
