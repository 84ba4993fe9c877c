"""Reading over FHIR, and what every answer has to be."""

BASE = "/fhir/r4/"
LOINC = "http://loinc.org"


def get(caller, path, query=None, **headers):
    return caller.http.get(BASE + path, query or {}, headers={k.replace("_", "-"): v for k, v in headers.items()})


def read(caller, path, query=None):
    answer = get(caller, path, query)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/fhir+json"
    return answer.json()


def issue_of(answer, status):
    assert answer.status_code == status, answer.content
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome"
    assert answer["Content-Type"] == "application/fhir+json"
    return body["issue"][0]


def found_in(bundle, kind=""):
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "searchset")
    resources = [entry["resource"] for entry in bundle.get("entry", [])]
    return [one for one in resources if not kind or one["resourceType"] == kind]
