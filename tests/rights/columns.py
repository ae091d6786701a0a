"""What becomes of each column about a person in their own download, and why."""

from __future__ import annotations

# Columns whose words stand in the download of the story below.
TOLD = {
    "applicant.first_name": "canary-first",
    "applicant.last_name": "canary-last",
    "applicant.email": "rosa@mail.example",
    "applicant.phone": "0121 496 0999",
    "applicant.post_address": "1 Canary Street",
    "applicant.contact_by": "Best way to reach you: email",
    "applicant.best_time": "Good times to ring: Morning",
    "applicant.may_leave_message": "We may leave a message: yes",
    "applicant.is_for_someone_else": "Filled in by",
    "applicant.helper_name": "Filled in by: canary-helper",
    "applicant.helper_relation": "canary-aunt",
    "applicant.contact_is_helper": "We contact: the helper",
    "expression.reference": "Reference: PP-",
    "expression.kind": "Kind of form: ",
    "expression.source": "Came to us: by phone",
    "expression.entered_by_id": "entered by Cora Bell",
    "expression.programme_id": "Programme: West Midlands Progression Plan",
    "expression.project_id": "About: ",
    "expression.opportunity_id": "About: Join our sleep panel",
    "expression.assignee_id": "Farah Aziz",
    "expression.status": "Where it stands: Conversation arranged",
    "expression.reply_by": "You hear from us by: 13 May 2027",
    "expression.received_at": "Received: 3 May 2027, 10am",
    "expression.confirmed_at": "Address confirmed: 3 May 2027",
    "expression.has_email_trouble": "Emails to you failed: yes",
    "expression.spam_score": "forms sent by machines: 1",
    "expression.talk_at": "Our talk: 12 May 2027, 2.30pm",
    "expression.talk_how": "2.30pm, By video",
    "answers.plain": "canary-plain",
    "answers.sealed": "canary-sealed",
    "answers.answered_at": "Your answers (3 May 2027, 10am)",
    "call_answer.question": "Is a canary well?",
    "call_answer.sealed": "canary-call",
    "call_answer.by_id": "Farah Aziz, 3 May 2027",
    "call_answer.at": "Farah Aziz, 3 May 2027",
    "consent.key": "I agree: keep_for_future",  # in the words that were agreed to
    "consent.wording": "I agree: keep_for_future",
    "consent.choice": "Yes, said 3 May 2027, 10am",
    "consent.given_at": "Yes, said 3 May 2027, 10am",
    "consent.read_out_by_id": "read out by Cora Bell",
    "consent.withdrawn_at": "taken back 4 May 2027",
    "message.at": "3 May 2027, 10.01am, Farah Aziz: canary-message",
    "message.is_from_applicant": "you: canary-answer",
    "message.by_id": "Farah Aziz: canary-message",
    "message.body": "canary-message",
    "letter.to_address": "to rosa@mail.example",
    "letter.subject": "We have your form",
    "letter.body": "canary-message",
    "letter.state": "Sent, to rosa@mail.example",
    "letter.created_at": "3 May 2027, 10am, PP-",
    "status_link.expires_at": "works until",
    "status_link.opened_at": "last opened 3 May 2027",
    "mailed_check.new_address": "New email, not confirmed yet: canary-new@mail.example",
    "draft.sealed": "canary typed too late",
    "assignment.person_id": "Farah Aziz",
    "assignment.since_at": "3 May 2027, 10am: Farah Aziz",
}  # fmt: skip
# Told while it is so; `test_while_it_is_so` and the stories of the room show them.
SOMETIMES = {
    "expression.talk_times",
    "expression.accept_by",
    "expression.waiting_since",
    "expression.reason",
    "expression.alternatives",
    "expression.closed_at",
}
AMONG_STAFF = "words among staff: the page says that they can be asked for"
WORKINGS = "how the house does its work; nothing about the person"
COPY = "says again what stands in another column"
SECRET = "a key, or what undoes one"
NOT_YET = "a decision that is not made, or can still be taken back"
NOT_TOLD = {
    "applicant.is_anonymous": "nobody to download it: there is no name and no link",
    **dict.fromkeys(
        ("expression.is_unrouted", "expression.version", "expression.talk_sequence",
         "expression.archived_at", "expression.set_aside_at", "expression.erased_at",
         "answers.number", "answers.form_version_id", "message.is_question",
         "call_answer.is_asked", "letter.name", "letter.reply_to", "letter.message_id",
         "letter.thread_id", "letter.dated_at", "letter.is_automatic", "letter.is_about_status",
         "letter.due_at", "letter.lease", "letter.first_tried_at", "letter.tries",
         "letter.ambiguous_tries", "letter.server_said", "letter.ended_at", "letter.version",
         "letter.handled_by_id", "letter.person_id", "letter.programme_id", "draft.kind",
         "draft.started_at", "draft.updated_at", "draft.expires_at", "draft.return_generation",
         "draft.sent_at", "draft.version", "draft.programme_id", "draft.opportunity_id",
         "draft.project_id", "draft.entered_by_id", "mailed_check.purpose",
         "mailed_check.asked_at", "mailed_check.expires_at", "mailed_check.opened_at",
         "status_link.generation", "letter.link_generation", "assignment.by_kind",
         "assignment.by_id"), WORKINGS,
    ),
    **dict.fromkeys(
        ("expression.first_replied_at", "expression.last_contact_at", "expression.last_contact",
         "expression.has_needs", "expression.has_answered", "expression.asked_at",
         "expression.talk_set_at", "letter.to_name", "letter.calendar", "letter.trouble"), COPY,
    ),
    **dict.fromkeys(("expression.pending_verb", "expression.pending", "expression.undo"), NOT_YET),
    **dict.fromkeys(
        ("expression.event_ref", "expression.submission_key", "status_link.token_hash",
         "mailed_check.token_hash", "draft.key_hash", "draft.submission_key", "draft.return_hash",
         "message.once_key"), SECRET,
    ),
    "expression.shares_address": "whether somebody else gave this address is theirs to tell",
    "expression.duplicate_of_id": "the other form has a page and a download of its own",
    "assignment.why": AMONG_STAFF,
}  # fmt: skip
# Tables that are left out whole.
WHOLE = {
    "note": AMONG_STAFF,
    "mention": AMONG_STAFF,
    "staff_draft": AMONG_STAFF,
    "expression_tag": AMONG_STAFF,
    "bulk_item": WORKINGS,
    "erasure": "there is nothing left to download",
}
