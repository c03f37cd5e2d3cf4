"""The MQTT door: `things/<code>/observations`, acknowledged to the broker (QoS 1) after the sync.

The payload is one reading or an array of them; `thing` may be left out, the topic says it. The broker decides who may
publish on which topic (docs/decisions/mqtt-permissions.md); what it lets through is taken as live readings.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from gmqtt import Client
from gmqtt.mqtt.constants import UNLIMITED_RECONNECTS

from citybrain.base.errors import CityError, TooMany, Unavailable
from citybrain.hubs.sensing.ingest.service import Service
from citybrain.hubs.sensing.ingest.snapshot import BROKER

log = logging.getLogger("citybrain.sense")
TOPIC = "things/+/observations"
CLIENT = "citybrain-sense"
SESSION_SECONDS = 7 * 86_400  # the broker keeps what arrives while we are away
AT_ONCE = 2_000  # messages the broker may send before the first is acknowledged
RETRY_SECONDS = 1.0
DONE = 0  # the reason code of an acknowledgement
LOGGED = 20  # bad payloads written to the log one by one; the rest is only counted


class MqttDoor:
    def __init__(self, service: Service, host: str, port: int, *, user: str = "", password: str = ""):
        self.service, self.host, self.port = service, host, port
        self._logged = 0
        self._client = Client(
            CLIENT,
            clean_session=False,
            optimistic_acknowledgement=False,
            session_expiry_interval=SESSION_SECONDS,
            receive_maximum=AT_ONCE,
        )
        if user:
            self._client.set_auth_credentials(user, password)
        self._client.set_config({"reconnect_retries": UNLIMITED_RECONNECTS, "reconnect_delay": 1})
        self._client.on_message = self._on_message
        self._client.on_connect = self._on_connect

    async def run(self) -> None:
        """Connect, also when the broker comes later, and stay until cancelled."""
        told = False
        while True:
            try:
                await self._client.connect(self.host, self.port, keepalive=30)
                break
            except Exception as error:  # refused, not there yet, wrong password: each is told once and tried again
                if not told:
                    log.warning("the MQTT broker at %s:%s cannot be reached yet: %s", self.host, self.port, error)
                told = True
                await asyncio.sleep(RETRY_SECONDS)
        await asyncio.Event().wait()

    async def stop(self) -> None:
        await self._client.disconnect()

    def _on_connect(self, client: Client, flags: int, result: int, properties: dict[str, Any]) -> None:
        log.info("the MQTT door is open at %s:%s", self.host, self.port)
        client.subscribe(TOPIC, qos=1)

    async def _on_message(
        self, client: Client, topic: str, payload: bytes, qos: int, properties: dict[str, Any]
    ) -> int:
        thing = topic.split("/")[1]
        while True:
            try:
                taken = await self.service.take(bytes(payload), BROKER, lines=False, thing=thing)
            except (TooMany, Unavailable):  # not stored: the broker waits with us, and QoS 0 has nobody who would
                await asyncio.sleep(RETRY_SECONDS)
                continue
            except CityError as error:
                self._bad(topic, str(error))
                return DONE
            for one in taken.rejected:
                self._bad(topic, one.error.reason("en"))
            if not taken.rejected:
                self.service.metrics.mqtt.labels("taken").inc()
            return DONE

    def _bad(self, topic: str, why: str) -> None:
        """Nobody can be answered: count it, and write the first ones down."""
        self.service.metrics.mqtt.labels("bad").inc()
        self._logged += 1
        if self._logged <= LOGGED:
            log.warning("a message on %s was not taken: %s", topic, why)
