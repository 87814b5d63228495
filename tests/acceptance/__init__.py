"""What the command promises, worked out by hand from the specification; nothing here is its output.

Constants of the hand arithmetic: 288 files a day; USD 0.03 per 10,000 requests = 0.000003 each,
in GovCloud 0.04 = 0.000004; 20,000 requests a month free; a key 1.00 a month; further copies of
management events 2.00 per 100,000 = 0.00002 each. November 2026 has 30 days, October 31.
"""
