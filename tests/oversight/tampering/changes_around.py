"""Forced changes of what stands around the record: people, places, rules, identifiers, opinions, orders."""

from __future__ import annotations

import uuid

from django.apps import apps

from tests.oversight.tampering.changes import OTHER, Change, _delete, _update

NEW = uuid.UUID("00000000-0000-4000-8000-000000000001")


def of(name, key="pk"):
    """The primary key of what a record or what is around it has under `name`."""

    def find(record):
        return getattr(getattr(record.around, name, None) or getattr(record, name), key)

    return find


def _insert(what, model, pk, *, names=None, **columns):
    """Copy a row under another id, with some columns changed."""
    fields = [field.column for field in apps.get_model(model)._meta.local_fields if field.column != "id"]
    table = apps.get_model(model)._meta.db_table
    quoted = ", ".join(f'"{name}"' for name in fields)
    copied = ", ".join(columns.get(name, f'"{name}"') for name in fields)
    sql = f'INSERT INTO {table} ("id", {quoted}) SELECT %s, {copied} FROM {table} WHERE id = %s'
    return Change(f"{what}: inserted", sql=sql, values=lambda r: [NEW, pk(r)], names=names or (lambda _: NEW))


def _northern(record):
    """The other laboratory."""
    return record.around.access.user.organisation_id


_PEOPLE = [
    _update("a superuser made", "accounts_user", "is_superuser = %s", of("person"), True),
    _update("a closed account opened", "accounts_user", "is_active = %s", of("person"), False),
    _update("a person moved", "accounts_user", "organisation_id = %s", of("person"), of("place")),
    _update("an e-mail address", "accounts_user", "email = 'other@elsewhere.example'", of("person")),
    _update("a name", "accounts_user", "full_name = 'Somebody Else'", of("person")),
    _update(
        "a role that was given before fingerprints",
        "accounts_user",
        "role = 'administrator'",
        lambda r: r.case.created_by_id,
    ),
    _insert("an account", "accounts.user", of("person"), email="'backdoor@elsewhere.example'"),
    Change(
        "a permission beside the role",
        sql="INSERT INTO accounts_user_user_permissions (user_id, permission_id) "
        "SELECT %s, MIN(id) FROM auth_permission",
        values=lambda record: [record.person.pk],
        names=of("person"),
    ),
    _update("a clinic re-pointed", "accounts_organisation", "refers_to_id = %s", of("place"), _northern),
    _update("a closed organisation", "accounts_organisation", "is_active = %s", of("place"), False),
    _update("blinded review", "accounts_organisation", "blind_review = %s", of("place"), True),
    _update("the rule for poor fields", "accounts_organisation", "poor_fields = 'allow'", of("place")),
    _update("what a label said", "cases_labelcheck", "agreed = %s", of("label"), True),
    _update("why a label stays", "cases_labelcheck", "reason = 'Nothing.'", of("label")),
    _update("a label of another case", "cases_labelcheck", "case_id = %s", of("label"), lambda r: r.case.pk),
    _update("what files may say", "accounts_organisation", "leave_out_metadata = %s", of("place"), False),
    _update("the form of numbers", "accounts_organisation", "accession_pattern = '.*'", of("place")),
    _update("the start of codes", "accounts_organisation", "accession_strip = 'A'", of("place")),
    _update("the language of reports", "accounts_organisation", "report_language = 'fr'", of("place")),
    _update("the rule for cameras", "accounts_organisation", "unknown_camera = 'all'", of("place")),
    _insert("an organisation", "accounts.organisation", of("place"), slug="'another'"),
    _update("the scopes of a client", "accounts_apiclient", "scopes = '[\"cases:write\"]'", of("api_client")),
    _update("whom a client acts for", "accounts_apiclient", "organisation_id = %s", of("api_client"), _northern),
    _update("a closed client opened", "accounts_apiclient", "is_active = %s", of("api_client"), False),
    _update(
        "the secret of a client",
        "allauth_idp_oidc_client",
        "secret = 'x'",
        of("api_client", "client_id"),
        names=of("api_client"),
    ),
    _update("a key given to a client", "accounts_apiclient", "jwks = '{\"keys\": []}'", of("api_client")),
    _update("the role of an invitation", "accounts_invitation", "role = 'administrator'", of("invitation")),
    _update("whom an invitation is for", "accounts_invitation", "email = 'x@x.example'", of("invitation")),
    _insert("an invitation", "accounts.invitation", of("invitation"), email="'y@x.example'", token_hash="'abc'"),
]
_RULES = [
    _update("the scale of a microscope", "microscopes_microscope", "typed_um_per_px = 0.2", of("microscope")),
    _update("its organisation", "microscopes_microscope", "organisation_id = %s", of("microscope"), of("place")),
    _update("a microscope retired", "microscopes_microscope", "is_active = %s", of("microscope"), False),
    _delete(
        "a microscope",
        of("microscope"),
        ("microscopes_microscope", "id"),
    ),
    _update(
        "critical limits",
        "inbox_criticallimits",
        "limits = '{}'",
        of("limits"),
        key="laboratory_id",
        names=of("limits"),
    ),
    _delete("critical limits", of("limits"), ("inbox_criticallimits", "laboratory_id")),
    _update("a report template", "reports_reporttemplate", "text = 'Normal.'", of("template")),
    _delete("a report template", of("template"), ("reports_reporttemplate", "id")),
    _insert("a report template", "reports.reporttemplate", of("template"), title="'Another'"),
    _update("the model in use retired", "classifier_modelversion", "state = 'retired'", of("model")),
    _update(
        "what an analysis of a model is for", "classifier_modelversion", "scope_id = %s", of("model"), of("microscope")
    ),
]
_PATIENTS = [
    _update("a family name", "cases_patient", "family_name = given_name", of("patient")),
    Change(
        "the record number of another patient",
        sql="UPDATE cases_patient SET mrn = another.mrn FROM cases_patient AS another "
        "WHERE cases_patient.id = %s AND another.id = %s",
        values=lambda record: [record.patient.pk, record.around.other.pk],
        names=of("patient"),
    ),
    _update("a birth date", "cases_patient", "birth_date = 'unreadable'", of("patient")),
    _update("the sex", "cases_patient", "sex = 'other'", of("patient")),
    _update("the search index", "cases_patient", "mrn_index = %s", of("patient"), OTHER),
    _update("whose patient it is", "cases_patient", "organisation_id = %s", of("patient"), of("place")),
    _insert("a patient", "cases.patient", of("patient"), mrn_index="'0'"),
    _update("a former name", "cases_formeridentity", "family_name = given_name", of("former"), names=of("other")),
    _update("why it was corrected", "cases_formeridentity", "reason = 'other'", of("former"), names=of("other")),
    _update(
        "a former identity given away",
        "cases_formeridentity",
        "patient_id = %s",
        of("former"),
        of("patient"),
        names=of("other"),
    ),
    _delete("a former identity", of("former"), ("cases_formeridentity", "id"), names=of("other")),
    _insert("a former identity", "cases.formeridentity", of("former"), names=of("other")),
    _update("the clinical question", "cases_case", "clinical_question = 'None.'", of("waiting")),
    _update("when it was collected", "cases_case", "collected_at = '2001-01-01 00:00:00+00:00'", of("waiting")),
]
_ORDERS = [
    _update("why a case is held", "cases_legalhold", "reason = 'None.'", of("hold")),
    _delete("a legal hold", of("hold"), ("cases_legalholdrelease", "hold_id"), ("cases_legalhold", "id")),
    _insert("a legal hold", "cases.legalhold", of("hold")),
    _update("who released it", "cases_legalholdrelease", "released_by_id = %s", of("release"), of("person")),
    _update("who is restricted", "cases_patientrestriction", "patient_id = %s", of("restriction"), of("patient")),
    _delete("a lift", of("lift"), ("cases_restrictionlift", "id")),
    _update("why it was lifted", "cases_restrictionlift", "reason = 'None.'", of("lift")),
    _update(
        "until when the glass is broken",
        "cases_breakglassaccess",
        "expires_at = '2099-01-01 00:00:00+00:00'",
        of("access"),
    ),
    _update("for whom", "cases_breakglassaccess", "user_id = %s", of("access"), of("person")),
    _update("why the glass was broken", "cases_breakglassaccess", "reason = 'None.'", of("access")),
    _delete("an emergency access", of("access"), ("cases_breakglassaccess", "id")),
    _insert("an emergency access", "cases.breakglassaccess", of("access")),
    _update("why a report is amended", "review_amendment", "reason = 'None.'", of("amendment")),
    _update("how an amendment ended", "review_amendment", "outcome = 'signed'", of("amendment")),
    _delete("an amendment", of("amendment"), ("review_amendment", "id")),
]
_OPINIONS = [
    _update("what was asked", "consult_secondopinion", "question = ''", of("opinion")),
    _update("what was answered", "consult_secondopinion", "words = 'I agree.'", of("opinion")),
    _update("who was asked", "consult_secondopinion", "colleague_id = %s", of("opinion"), of("person")),
    _update("that it was blinded", "consult_secondopinion", "blind = %s", of("opinion"), False),
    _update("the state of an opinion", "consult_secondopinion", "state = 'answered'", of("opinion")),
    _delete(
        "a cell of the question", of("compared", "cell_id"), ("consult_opinioncell", "cell_id"), names=of("opinion")
    ),
    _update("a colleague's label", "consult_opinionlabel", "label = 'monocyte'", of("given"), names=of("opinion")),
    _delete("a colleague's label", of("given"), ("consult_opinionlabel", "id"), names=of("opinion")),
    _update(
        "when it was given",
        "consult_opinionlabel",
        "at = '2001-01-01 00:00:00+00:00'",
        of("given"),
        names=of("opinion"),
    ),
    _update("a compared label", "consult_comparison", "first_label = 'basophil'", of("compared"), names=of("opinion")),
    _update("whose label stands", "consult_adjudication", "choice = 'first'", of("adjudication"), names=of("opinion")),
    _update("why it stands", "consult_adjudication", "reason = 'None.'", of("adjudication"), names=of("opinion")),
    _update(
        "who adjudicated", "consult_adjudication", "by_id = %s", of("adjudication"), of("person"), names=of("opinion")
    ),
    _delete("an adjudication", of("adjudication"), ("consult_adjudication", "id"), names=of("opinion")),
    _insert("a second opinion", "consult.secondopinion", of("opinion")),
    _update("what a clinic was written", "consult_clinicthreadentry", "text = ''", of("entry")),
    _update("who wrote to a clinic", "consult_clinicthreadentry", "by_id = %s", of("entry"), of("person")),
    _delete("what a clinic was written", of("entry"), ("consult_clinicthreadentry", "id")),
    _insert("what a clinic was written", "consult.clinicthreadentry", of("entry")),
    _update(
        "a thread with a clinic",
        "consult_clinicthread",
        "closed_at = opened_at, closed_by_id = opened_by_id",
        of("entry", "thread_id"),
    ),
    _update("who wrote a comment", "consult_comment", "by_id = %s", of("comment"), of("person")),
    _update("when it was written", "consult_comment", "at = '2001-01-01 00:00:00+00:00'", of("comment")),
    _insert("a comment", "consult.comment", of("comment")),
    _update("a calibration label", "calibration_calibrationlabel", "label = 'basophil'", of("calibration_label")),
    _update("who gave it", "calibration_calibrationlabel", "by_id = %s", of("calibration_label"), of("person")),
    _delete("a calibration label", of("calibration_label"), ("calibration_calibrationlabel", "id")),
]
_RESULTS = [
    _update("what a verification found", "oversight_verificationresult", "number = 7", of("result")),
    _update("that it came to an end", "oversight_verificationresult", "problem = 'Stopped.'", of("result")),
    _delete("a verification", of("result"), ("oversight_verificationresult", "id")),
    _insert("a verification", "oversight.verificationresult", of("result")),
]
CHANGES = [*_PEOPLE, *_RULES, *_PATIENTS, *_ORDERS, *_OPINIONS, *_RESULTS]
