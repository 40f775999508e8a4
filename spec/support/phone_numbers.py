# Writes phone numbers as libphonenumber's Python port knows them, for a spec that reads
# them with ours: region, text and the number in E.164 with tabs between them.  The
# number of a short number, which no other country can dial, is "-"; that of a text which
# the region does not have is "?".  The same bytes each time.
import random
import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType, shortnumberinfo
from phonenumbers.shortdata import _AVAILABLE_REGION_CODES

random.seed(1)
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


def write(region, text, number):
    print(region, text, number, sep="\t")


def e164(text, region):
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return "?"
    valid = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if valid else "?"


def is_short(text, region):
    code = phonenumbers.country_code_for_region(region)
    zero = True if text.startswith("0") else None
    number = phonenumbers.PhoneNumber(country_code=code, national_number=int(text), italian_leading_zero=zero)
    return shortnumberinfo.is_valid_short_number_for_region(number, region)


for region in REGIONS:
    for kind in range(0, 8):
        example = phonenumbers.example_number_for_type(region, kind)
        digits = example and phonenumbers.national_significant_number(example)
        for _ in range(2 if example else 0):
            last = "".join(random.choice("0123456789") for _ in range(3))
            number = e164("+%d%s%s" % (example.country_code, digits[:-3], last), None)
            if number == "?":
                continue
            parsed = phonenumbers.parse(number)
            national = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
            write(region, national, number)
            write(region, phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL), number)
            write(region, phonenumbers.format_number(parsed, PhoneNumberFormat.RFC3966), number)
            write(region, "00" + number[1:], number)
            other = random.choice(REGIONS)
            write(other, national, e164(national, other))
            write(other, number, number)
for region in sorted(_AVAILABLE_REGION_CODES):
    metadata = PhoneMetadata.short_metadata_for_region(region)
    for kind in ("short_code", "emergency", "premium_rate", "toll_free", "standard_rate"):
        description = getattr(metadata, kind)
        if description and description.example_number:
            write(region, description.example_number, "-")
    for _ in range(60):
        text = "".join(random.choice("0123456789") for _ in range(random.choice((3, 4, 5, 6, 7))))
        if is_short(text, region):
            write(region, text, "-")
