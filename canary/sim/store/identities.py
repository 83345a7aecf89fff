"""What the server gives each new object so that it is one of a kind: uid, generated name, address."""

import ipaddress
import itertools
import random
import uuid

from canary.sim.store.resources import Object, Resource

SUFFIX = "bcdfghjklmnpqrstvwxz2456789"
"""What generated names end in: no vowels, so no words."""

FIRST_ADDRESS = ipaddress.IPv4Address("10.96.0.1")


class Identities:
    """The same dice make the same ones."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._addresses = (str(FIRST_ADDRESS + number) for number in itertools.count())

    def name(self, metadata: Object) -> Object:
        """Metadata with a name, where one is to be generated."""
        if metadata.get("name") or not metadata.get("generateName"):
            return metadata
        return {**metadata, "name": metadata["generateName"] + "".join(self._dice.choices(SUFFIX, k=5))}

    def complete(self, resource: Resource, found: Object) -> Object:
        """A new object with its uid, a Service with its address."""
        uid = str(uuid.UUID(int=self._dice.getrandbits(128), version=4))
        found = {**found, "metadata": {**found["metadata"], "uid": uid}}
        spec = found.get("spec") or {}
        if resource.key == "services" and not spec.get("clusterIP") and spec["type"] != "ExternalName":
            address = next(self._addresses)
            found["spec"] = {**spec, "clusterIP": address, "clusterIPs": [address]}
        return found
