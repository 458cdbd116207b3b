"""The City's list of certified businesses as its file has it, in the headings of both vintages."""

import csv
from io import StringIO

NEW = [
    "Account_Number",
    "Vendor_Formal_Name",
    "Vendor_DBA",
    "First_Name",
    "Last_Name",
    "telephone",
    "Business_Description",
    "Certification",
    "Certification_Renewal_Date",
    "Ethnicity",
    "Address_Line_1",
    "Address_Line_2",
    "City",
    "State",
    "Postcode",
    "Mailing_Address_Line_1",
    "Website",
    "Date_Of_Establishment",
    "ID6_digit_NAICS_code",
    "NAICS_Title",
    "NIGP_codes",
    "Name_of_Client_Job_Exp_1",
    "Enrolled_in_PASSPort",
    "Borough",
]
OLD = [
    "Account_Number",
    "Vendor_Formal_Name",
    "Vendor_DBA",
    "Contact_Name",
    "telephone",
    "fax",
    "Email",
    "Business_Description",
    "Certification",
    "Cert_Renewal_Date",
    "Ethnicity",
    "Address1",
    "Address2",
    "City",
    "State",
    "ZIP",
    "Website",
    "ID6_digit_NAICS_code",
    "NAICS_Title",
    "NIGP_codes",
]
# What must not be kept, in words that occur nowhere else.
PRIVATE = {
    "First_Name": "Zqfirst", "Last_Name": "Zqlast", "Contact_Name": "Zqcontact", "telephone": "Zq212555",
    "fax": "Zq212556", "Email": "zq@firm.example", "Ethnicity": "Zqethnic", "Address_Line_1": "1 Zqstreet",
    "Address1": "1 Zqstreet", "Mailing_Address_Line_1": "2 Zqstreet", "Business_Description": "Zqdescription",
    "Name_of_Client_Job_Exp_1": "Zqclient", "Account_Number": "Zq10001",
}  # fmt: skip


def listed(
    name: str, certification: str = "MBE", zip_code: str = "10001", **more: str
) -> dict[str, str]:
    """Return a firm by the newer headings."""
    return {
        "Vendor_Formal_Name": name, "Certification": certification, "Postcode": zip_code,
        "Certification_Renewal_Date": "6/30/2029", "ID6_digit_NAICS_code": "541512", "NIGP_codes": "20854, 92045",
        "Enrolled_in_PASSPort": "Yes", "Website": "www.firm.example", **PRIVATE, **more,
    }  # fmt: skip


def file_of(
    *firms: dict[str, str], headings: list[str] = NEW, encoding: str = "utf-8-sig"
) -> bytes:
    """Write a list under these headings; facts that the vintage has no column for are not in it."""
    written = StringIO(newline="")
    writer = csv.DictWriter(written, headings, extrasaction="ignore")
    writer.writeheader()
    for firm in firms:
        older = {"ZIP": firm["Postcode"], "Cert_Renewal_Date": firm["Certification_Renewal_Date"]}
        writer.writerow(firm | older)
    return written.getvalue().encode(encoding)
