"""Publishes the messages of a JSON array with MozillaPulse: HOST PORT VHOST EXCHANGE ROUTING_KEY MESSAGES"""
import json
import sys

from mozillapulse.config import PulseConfiguration
from mozillapulse.messages.base import GenericMessage
from mozillapulse.publishers import GenericPublisher

host, port, vhost, exchange, routing_key, messages = sys.argv[1:]


class JobMessage(GenericMessage):
    def __init__(self, job):
        super().__init__()
        self.routing_parts = routing_key.split(".")
        self.data = job


config = PulseConfiguration(
    host=host, port=int(port), vhost=vhost, user="guest", password="guest", ssl=False
)
publisher = GenericPublisher(config, exchange)
for job in json.loads(messages):
    publisher.publish(JobMessage(job))
publisher.disconnect()
