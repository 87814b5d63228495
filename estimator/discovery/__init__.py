"""`discover`: an inventory drafted from what describes the estate already.

`terraform`, `cloudformation`, `responses` (saved and live ones of AWS) each fill one `Estate`;
`drafting` turns it into a commented YAML that passes `check`.
"""
