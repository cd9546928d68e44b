"""Publishes messages with kombu: HOST PORT VHOST EXCHANGE ROUTING_KEY MESSAGES

MESSAGES is a JSON array of [job, options] where the options are those of kombu's `publish`. With `content_encoding` the
job is encoded here, as that says.
"""
import gzip
import json
import sys
import zlib

from kombu import Connection, Exchange, Producer

host, port, vhost, exchange, routing_key, messages = sys.argv[1:]
compressions = {"gzip": gzip.compress, "zlib": zlib.compress, "deflate": lambda body: zlib.compress(body)[2:-4]}


def encoded(job, encoding):
    text = json.dumps(job, ensure_ascii=False)
    if encoding in compressions:
        return compressions[encoding](text.encode())
    return text.encode(encoding)


with Connection(
    hostname=host, port=int(port), virtual_host=vhost, userid="guest", password="guest"
) as connection:
    producer = Producer(connection.channel(), Exchange(exchange, "topic", durable=True), serializer="json")
    for job, options in json.loads(messages):
        encoding = options.get("content_encoding")
        if encoding is None:
            producer.publish(job, routing_key=routing_key, **options)
        else:
            body = encoded(job, encoding)
            producer.publish(body, routing_key=routing_key, content_type="application/json", **options)
