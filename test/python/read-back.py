"""Reads back with treeherder-client what was posted: SERVER_URL CLIENT_ID SECRET PROJECT

Waits until the server has made the artifacts of all logs and summaries. Prints one JSON object.
"""
import json
import sys
import time

from thclient import TreeherderClient

server_url, client_id, secret, project = sys.argv[1:]
# Reading is signed where the client has a secret.
client = TreeherderClient(server_url=server_url, client_id=client_id, secret=secret)
anybody = TreeherderClient(server_url=server_url)


def job_with(guid):
    [job] = client.get_jobs(project, job_guid=guid)
    return job


def blob_of(guid, name):
    """Waits for an artifact."""
    end = time.monotonic() + 15
    while time.monotonic() < end:
        found = client.get_artifacts(project, job_id=job_with(guid)["id"], name=name)
        if found:
            return found[0]["blob"]
        time.sleep(0.2)
    raise SystemExit(f"{guid} got no {name}")


searched = ["parsed/0", "suggested/0", "custom/0", "chunk/0", "chunk/1", "methods/0"]
suggestions = {guid: blob_of(guid, "Bug suggestions") for guid in searched}
by_methods = job_with("methods/0")
answer = {
    "suggestions": {guid: [line["search"] for line in blob] for guid, blob in suggestions.items()},
    "summary": blob_of("methods/0", "text_log_summary"),
    "result_sets": client.get_resultsets(project),
    "result_set": anybody.get_resultsets(project, revision="a" * 12),
    "job": by_methods,
    "jobs_of_push": len(client.get_jobs(project, result_set_id=by_methods["result_set_id"], count=100)),
    "all_jobs": sorted(job["job_guid"] for job in anybody.get_jobs(project, count=None)),
    "coalesced": job_with("coalesced/0"),
    "artifacts": [one["name"] for one in client.get_artifacts(project, job_id=by_methods["id"])],
    # Printed as text, because the program that reads this output cannot represent so large a number.
    "build_number": str(blob_of("methods/0", "privatebuild")["build"]),
    "logs": {guid: client.get_job_log_url(project, job_id=job_with(guid)["id"]) for guid in ["methods/0", "custom/0"]},
    "options": client.get_option_collection_hash(),
    "repositories": [one["name"] for one in anybody.get_repositories()],
    "lists": {
        name: type(getattr(anybody, name)()).__name__
        for name in [
            "get_products",
            "get_job_groups",
            "get_failure_classifications",
            "get_build_platforms",
            "get_job_types",
            "get_machines",
            "get_machine_platforms",
        ]
    },
}
# Only the newer version of the library has this method.
if hasattr(client, "get_job_details"):
    answer["details"] = client.get_job_details(job_guid="methods/0", repository=project)
print(json.dumps(answer))
