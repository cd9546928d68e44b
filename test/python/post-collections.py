"""Posts every form of the publishers' document with treeherder-client: SERVER_URL CLIENT_ID SECRET PROJECT LOG_URL

Prints one JSON object: the name of the form -> status and body of the answer, or a list of them.
"""
import json
import logging
import sys
from urllib.parse import urlsplit

from requests import HTTPError
from thclient import (
    TreeherderArtifact,
    TreeherderArtifactCollection,
    TreeherderClient,
    TreeherderJob,
    TreeherderJobCollection,
    TreeherderResultSet,
    TreeherderResultSetCollection,
    TreeherderRevision,
)

server_url, client_id, secret, project, log_url = sys.argv[1:]
client = TreeherderClient(server_url=server_url, client_id=client_id, secret=secret)

OLD = "b" * 40
TOP = "a" * 40
ERRORS = [{"linenumber": 12, "line": "TEST-UNEXPECTED-FAIL | test_a.js | it broke"}]


def post(collection, by=client):
    try:
        response = by.post_collection(project, collection)
    except HTTPError as error:
        response = error.response
    return {"status": response.status_code, "body": response.json()}


def summary(**members):
    step_data = {"all_errors": ERRORS, "steps": [], "errors_truncated": False}
    return {"logurl": log_url, "step_data": step_data, **members}


def a_job(guid, **members):
    """A ready-made job."""
    job = {"job_guid": guid, "name": "mochitest", "state": "completed", "result": "success", **members}
    return TreeherderJob({"project": project, "revision": TOP, "job": job})


def an_artifact(guid, name, blob):
    return TreeherderArtifact({"job_guid": guid, "name": name, "type": "json", "blob": blob})


def result_set_by_methods():
    collection = TreeherderResultSetCollection()
    result_set = collection.get_resultset()
    result_set.add_push_timestamp(1387221298)
    result_set.add_revision(TOP)
    result_set.add_author("dev@example.org")
    result_set.add_type("push")
    revisions = []
    for revision, comment in [(OLD, "Bug 1 - first"), (TOP, "Bug 2 - second, caf\u00e9")]:
        one = result_set.get_revision()
        one.add_revision(revision)
        one.add_author("dev@example.org")
        one.add_comment(comment)
        one.add_repository(project)
        revisions.append(one)
    result_set.add_revisions(revisions)
    collection.add(result_set)
    return post(collection)


def ready_made_result_set():
    revision = {"revision": "c" * 12, "author": "x", "repository": project, "comment": "short"}
    data = {
        "revision": "c" * 12,
        "author": "dev@example.org",
        "push_timestamp": 1387221300.5,
        "revisions": [TreeherderRevision(revision).data],
    }
    return post(TreeherderResultSetCollection([TreeherderResultSet(data)]))


def job_by_methods():
    collection = TreeherderJobCollection()
    job = collection.get_job()
    job.add_revision(TOP)
    job.add_project(project)
    job.add_coalesced_guid(["coalesced/0"])
    job.add_job_guid("methods/0")
    job.add_job_name("mochitest-1")
    job.add_job_symbol("1")
    job.add_group_name("Mochitest")
    job.add_group_symbol("M")
    job.add_description("first of two")
    job.add_product_name("firefox")
    job.add_state("completed")
    job.add_result("testfailed")
    job.add_reason("scheduler")
    job.add_who("dev@example.org")
    job.add_tier(2)
    job.add_submit_timestamp(1387221298)
    job.add_start_timestamp(1387221345)
    job.add_end_timestamp(1387222817)
    job.add_machine("worker-7")
    job.add_build_info("linux", "linux64", "x86_64")
    job.add_machine_info("linux", "linux64", "x86_64")
    job.add_option_collection({"debug": True, "pgo": True})
    job.add_log_reference("buildbot_text", log_url)
    job.add_artifact("privatebuild", "json", {"build": 1724442618569203714})
    details = [{"title": "report", "value": "7 of 8", "url": "https://ci.example.org/1", "content_type": "link"}]
    job.add_artifact("Job Info", "json", {"job_details": details})
    collection.add(job)
    return [post(collection), post(collection)]


def ready_made_jobs_in_each_state():
    answers = []
    for state in ["pending", "running", "completed", "running"]:
        # Public submitters send the tier and the times as text.
        job = a_job("states/0", state=state, tier="1", submit_timestamp="1387221298")
        answers.append(post(TreeherderJobCollection([job])))
    return answers


def chunks():
    collection = TreeherderJobCollection([a_job(f"chunk/{n}") for n in range(7)])
    return [post(chunk) for chunk in collection.get_chunks(3)]


def coalesced_job():
    return post(TreeherderJobCollection([a_job("coalesced/0", state="pending")]))


def log_with_summary():
    job = a_job("parsed/0", result="testfailed", artifacts=[], log_references=[])
    job.add_log_reference("buildbot_text", log_url, "parsed")
    job.add_artifact("text_log_summary", "json", summary())
    return post(TreeherderJobCollection([job]))


def log_with_summary_and_suggestions():
    job = a_job("suggested/0", result="testfailed", artifacts=[], log_references=[])
    job.add_log_reference("buildbot_text", log_url, "parsed")
    job.add_artifact("text_log_summary", "json", summary())
    job.add_artifact("Bug suggestions", "json", [{"search": "mine", "search_terms": [], "bugs": {}}])
    return post(TreeherderJobCollection([job]))


def custom_log_name():
    job = a_job("custom/0", result="testfailed", artifacts=[], log_references=[])
    job.add_log_reference("my_log", log_url, "parsed")
    job.add_artifact("text_log_summary", "json", summary(logname="my_log"))
    return post(TreeherderJobCollection([job]))


def artifact_by_methods():
    collection = TreeherderArtifactCollection()
    artifact = collection.get_artifact()
    artifact.add_name("text_log_summary")
    artifact.add_type("json")
    artifact.add_blob(summary())
    artifact.add_job_guid("chunk/0")
    collection.add(artifact)
    return [post(collection), post(collection)]


def artifacts_with_suggestions():
    mine = [{"search": "mine", "search_terms": [], "bugs": {}}]
    pair = [an_artifact("chunk/1", "text_log_summary", summary()), an_artifact("chunk/1", "Bug suggestions", mine)]
    return post(TreeherderArtifactCollection(pair))


def good_and_bad_items():
    jobs = [a_job("good/0"), a_job("bad/0", name="x" * 101), a_job("good/1")]
    return post(TreeherderJobCollection(jobs))


def artifact_of_unknown_job():
    return post(TreeherderArtifactCollection([an_artifact("nobody/0", "a", [1])]))


def deprecated_forms():
    """A host instead of a URL, and the hash of a push beside its revision. The library logs a warning about both."""
    told = []
    handler = logging.Handler()
    handler.emit = lambda record: told.append(record.getMessage())
    logging.getLogger("thclient.client").addHandler(handler)
    parts = urlsplit(server_url)
    old = TreeherderClient(protocol=parts.scheme, host=parts.netloc, client_id=client_id, secret=secret)
    revision = {"revision": "d" * 40, "author": "x", "repository": project}
    push = {"revision": "d" * 40, "author": "x", "push_timestamp": 1, "revisions": [revision]}
    push["revision_hash"] = "e" * 40
    job = a_job("hash/0")
    job.add_revision("d" * 40)
    job.add_revision_hash("e" * 40)
    answers = [
        post(TreeherderResultSetCollection([TreeherderResultSet(push)]), old),
        post(TreeherderJobCollection([job]), old),
    ]
    return {"answers": answers, "warnings": told}


forms = [
    result_set_by_methods,
    ready_made_result_set,
    job_by_methods,
    ready_made_jobs_in_each_state,
    chunks,
    coalesced_job,
    log_with_summary,
    log_with_summary_and_suggestions,
    custom_log_name,
    artifact_by_methods,
    artifacts_with_suggestions,
    good_and_bad_items,
    artifact_of_unknown_job,
    deprecated_forms,
]
print(json.dumps({form.__name__: form() for form in forms}))
