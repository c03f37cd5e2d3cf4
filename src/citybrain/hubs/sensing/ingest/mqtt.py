"""The MQTT door: `things/<code>/observations`, acknowledged to the broker (QoS 1) after the sync.

The payload is one reading or an array of them; `thing` may be left out, the topic says it. The broker decides who may
publish on which topic (docs/decisions/0032); what it lets through is taken as live readings.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path
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
PATIENCE = 10
DONE = 0  # the reason code of an acknowledgement
LOGGED = 20  # bad payloads written to the log one by one; the rest is only counted


class MqttDoor:
    def __init__(self, service: Service, host: str, port: int, secret: Path):
        self.service, self.host, self.port = service, host, port
        self.secret = secret  # a file that holds `user:password`; without it nobody is named
        self._logged = 0
        self._client = self._new_client()

    def _new_client(self) -> Client:
        client = Client(
            CLIENT,
            clean_session=False,
            optimistic_acknowledgement=False,
            session_expiry_interval=SESSION_SECONDS,
            receive_maximum=AT_ONCE,
        )
        if self.secret.exists():
            client.set_auth_credentials(*self.secret.read_text(encoding="utf-8").strip().split(":", 1))
        client.set_config({"reconnect_retries": UNLIMITED_RECONNECTS, "reconnect_delay": 1})
        client.on_message = self._on_message
        client.on_connect = self._on_connect
        return client

    async def run(self) -> None:
        """Connect, also when the broker comes later or goes for a while, and stay until cancelled."""
        logging.getLogger("gmqtt").setLevel(logging.CRITICAL)  # what matters is said here, once
        told = ""
        while True:
            try:
                await self._client.connect(self.host, self.port, keepalive=30)
                told = ""
                await self._while_connected()
            except Exception as error:  # refused, not there yet, wrong password: tried again, told when it is news
                if str(error) != told:
                    told = str(error)
                    log.warning("the MQTT broker at %s:%s cannot be reached yet: %s", self.host, self.port, error)
            await asyncio.sleep(RETRY_SECONDS)
            await self.stop()
            self._client = self._new_client()

    async def _while_connected(self) -> None:
        """The client finds its broker again by itself; return when it has not for a while."""
        lost = 0
        while lost < PATIENCE:
            await asyncio.sleep(RETRY_SECONDS)
            lost = 0 if self._client.is_connected else lost + 1

    async def stop(self) -> None:
        with contextlib.suppress(Exception):  # it may never have been connected
            await asyncio.wait_for(self._client.disconnect(), 0.5)

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
            except Exception as error:  # sent again it would fail again, and in the end hold up every other sender
                log.exception("a fault of ours: a message on %s could not be taken", topic)
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
