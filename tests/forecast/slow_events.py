"""Paid copies of KMS events the slow way: day by day, trail by trail, one stream at a time."""

import calendar
import datetime


def alive(one, day):
    """`from` is inclusive, `until` exclusive."""
    start = getattr(one, "created", None) or one.start
    return (start is None or start <= day) and (one.until is None or day < one.until)


def covers(trail, account, accounts):
    """Whether a trail records an account at all."""
    home = accounts[trail.account]
    if trail.scope == "account":
        return trail.account == account.id
    return (home.payer, home.partition) == (account.payer, account.partition)


def streams(inventory):
    """(trail, account, files a day) of every stream."""
    accounts = {one.id: one for one in inventory.accounts}
    for trail in inventory.trails:
        for account in inventory.accounts:
            for region in account.regions:
                if covers(trail, account, accounts):
                    said = account.files_per_day
                    files = 288.0 if said is None else said.of(region).mid
                    yield trail, account, files


def living(trail, account, key, day):
    """Whether a stream writes on a day."""
    return alive(trail, day) and alive(account, day) and alive(key, day)


def seen(trail, account, key, day, window):
    """Days of a stream's life within the window before noon of a day."""
    total = 0.0
    for back in range(int(window) + 1):
        past = day - datetime.timedelta(days=back)
        part = 0.5 if back in (0, window) else 1.0
        total += part * living(trail, account, key, past)
    return total


def requests_of(inventory, day):
    """(caller, key, requests) of a day, growth left out."""
    keys = {key.id: key for key in inventory.keys}
    days = calendar.monthrange(day.year, day.month)[1]
    for trail in inventory.trails:
        if alive(trail, day) and alive(keys[trail.key], day):
            yield trail.account, trail.key, trail.config_updates_per_month.mid / days
    for trail, account, files in streams(inventory):
        key = keys[trail.key]
        left = 1 - trail.bucket.bucket_key_saving.mid if trail.bucket.bucket_key else 1.0
        now = living(trail, account, key, day)
        yield trail.account, trail.key, files * left * now
        digests = 24.0 * trail.log_file_validation
        yield trail.account, trail.key, digests * left * now
        for reader in inventory.readers:
            if not alive(reader, day) or (reader.accounts and account.id not in reader.accounts):
                continue
            caller = reader.account
            if reader.kind == "every-file":
                yield caller, trail.key, files * now * reader.gets_per_file.mid * left
            elif reader.kind == "replication":
                yield caller, trail.key, files * now * left
                yield caller, reader.destination_key, files * now
            elif reader.kind == "query":
                met = seen(trail, account, key, day, reader.days_scanned.mid)
                yield caller, trail.key, reader.queries_per_month.mid / days * files * met * left
            elif reader.kind == "validate" and trail.log_file_validation:
                met = seen(trail, account, key, day, reader.days.mid)
                runs = reader.runs_per_month.mid / days
                yield caller, trail.key, runs * (files + digests) * met * left


def paid_events(inventory, first, last):
    """Paid copies of all events from one day to before another. [event]"""
    keys = {key.id: key for key in inventory.keys}
    accounts = {one.id: one for one in inventory.accounts}
    total, day = 0.0, first
    while day < last:
        for caller, key, requests in requests_of(inventory, day):
            for account in {caller, keys[key].account}:
                recording = sum(
                    not trail.exclude_kms_events
                    and alive(trail, day)
                    and alive(accounts[account], day)
                    and covers(trail, accounts[account], accounts)
                    for trail in inventory.trails
                )
                total += requests * max(recording - 1, 0)
        day += datetime.timedelta(days=1)
    return total
