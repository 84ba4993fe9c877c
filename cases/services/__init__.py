"""Every change to the clinical record, and the audit trail of every view of it.

Changes: keyword-only functions `verb_noun(*, actor, ...)`, which check the permission, validate, write and audit
in one transaction. They raise `hematovision.errors.DomainError` with a sentence for the user; a foreign id is
`NotFound`. `actor=None` is the system itself (worker, sweeper).

Looks are audited by whoever shows the data, through `cases.services.audit_trail`:

* `record_view(actor=user, target=case)` - a page or an API answer showed one patient, case or image;
* `record_list(actor=user, object_type="cases.case", count=25)` - a list was shown;
* `record_search(actor=user, object_type="cases.patient", terms=["mrn"], found=1)` - a search; `terms` are the
  kinds of what was searched for, never its text;
* `record_download(actor=user, target=image, what="original")` and `record_export(...)` - data left the system;
* `record_image_view(actor=user, image=image, part="thumbnail")` - pixels were shown; one event per person, image
  and part in a quarter of an hour, because a page asks for many images.
"""
