#!/usr/bin/env python3
"""Compares what a connector sends with what Nango sends for the same entry.

    oracle.py cases FILE              a line of JSON for each entry: values to connect with, answers to give
    oracle.py compare FILE ACTUAL     compares the requests of ACTUAL (lines of JSON) with what is expected

Nothing here reads a manifest. Order of parameters, capitals in hosts and headers, `user-agent`, `accept` where the entry
says none, and `content-type` are left out of the comparison; so is an empty `scope`.
"""

import base64
import json
import os
import re
import sys
from urllib.parse import parse_qsl, urlsplit

import semantics
import signatures
from semantics import ANY, OPAQUE, Cannot
from values import APP, NONCE, NOW, UUID, answers, fill, load

AWS = {"credentials.access_key_id": "AKIDEXAMPLE7", "credentials.secret_access_key": "secret-access-key-7"}
HARMLESS = {"user-agent", "accept", "content-type", "content-length", "host", "accept-encoding"}


def keys():
    """Keys that `run` makes: RSA, P-256, Ed25519, and a certificate."""
    folder = os.environ.get("NANGO_KEYS", "")
    out = {}
    for name in ("rsa", "ec", "ed25519", "certificate"):
        path = os.path.join(folder, f"{name}.pem")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                out[name] = file.read().strip()
    return out


def case(name, entry, made):
    if not isinstance(entry, dict):
        return {"provider": name, "mode": None}
    filled = fill(entry, made)
    first, again = answers(entry, filled)
    integration = dict(filled["integration"])
    return {
        "provider": name,
        "mode": entry.get("auth_mode"),
        "config": filled["config"],
        "credentials": filled["credentials"],
        "app": APP,
        "integration": integration,
        "callback": filled["callback"],
        "code_param": entry.get("authorization_code_param_in_callback") or "code",
        "scopes": filled["scopes"],
        "answers": first,
        "refresh_answers": again,
        "refreshes": bool(again) and (entry.get("auth_mode") != "TWO_STEP" or semantics.refreshes(entry)),
        "extra": {
            "app.app_id": "app-7",
            "app.private_key": made.get("rsa", ""),
            "app.consumer_key": APP["client_id"],
            "app.consumer_secret": APP["client_secret"],
            "credentials.certificate": made.get("certificate", ""),
            "credentials.private_key": made.get("rsa", ""),
            **AWS,
        },
        "probe": semantics.PROBE,
        "routes": routes(filled) if entry.get("auth_mode") == "MCP_OAUTH2_GENERIC" else {},
        "own": semantics.OWN,
        "in_body": bool((entry.get("proxy") or {}).get("body")),
        "now": NOW * 1000,
        "uuid": UUID,
        "nonce": NONCE,
    }


def routes(filled):
    """What a server of the Model Context Protocol answers at the places where it tells of itself."""
    server, issuer = next(iter(filled["config"].values()), ""), semantics.MCP
    own = {"resource": server, "authorization_servers": [issuer]}
    metadata = {
        "issuer": issuer,
        "authorization_endpoint": issuer + "/authorize",
        "token_endpoint": issuer + "/token",
        "registration_endpoint": issuer + "/register",
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
    }
    registered = {"client_id": "registered-1", "redirect_uris": [APP["redirect_uri"]]}
    return {
        "/.well-known/oauth-protected-resource": json.dumps(own),
        "/.well-known/oauth-authorization-server": json.dumps(metadata),
        "/register": json.dumps(registered),
    }


def cases(path):
    made = keys()
    for name, entry in load(path).items():
        print(json.dumps(case(name, entry, made)))


class Different(Exception):
    """A request is not the expected one."""


def pairs(text):
    return sorted((key, value) for key, value in parse_qsl(text, keep_blank_values=True) if (key, value) != ("scope", ""))


def same(what, expected, actual):
    if expected == ANY or (isinstance(expected, str) and ANY in expected and matches(expected, actual)):
        return
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in expected.keys() | actual.keys():
            if key not in actual:
                raise Different(f"{what}: `{key}` is not sent")
            if key not in expected:
                raise Different(f"{what}: `{key}` is sent, and not expected")
            same(f"{what}: {key}", expected[key], actual[key])
    elif expected != actual:
        raise Different(f"{what}: {shown(actual)} is sent, and {shown(expected)} expected")


def matches(pattern, text):
    return isinstance(text, str) and re.fullmatch(re.escape(pattern).replace(re.escape(ANY), ".+"), text, re.S) is not None


def shown(value):
    text = json.dumps(value)
    return text if len(text) < 160 else text[:157] + "…"


def same_url(what, expected, actual):
    """URLs as text: host, path, fragment, and the query (or that within the fragment) as a set."""

    def parts(text):
        split = urlsplit(text)
        fragment, inside = split.fragment, ""
        if "?" in fragment:
            fragment, inside = fragment.split("?", 1)
        query = dict(pairs(split.query or inside))
        return {"host": split.netloc.lower(), "path": split.path.rstrip("/"), "fragment": fragment, "query": query}

    same(what, parts(expected), parts(actual))


def same_request(what, expected, actual):
    same(f"{what}: method", expected["method"], actual["method"])
    split = urlsplit(actual["url"])
    same(f"{what}: url", expected["url"], f"{split.scheme}://{split.netloc.lower()}{split.path or '/'}")
    same(f"{what}: query", dict(pairs_of(expected["query"])), dict(pairs(split.query)))
    headers = {name.lower(): value for name, value in actual["headers"].items()}
    wanted = expected["headers"]
    signed = OPAQUE in wanted.get("authorization", "")
    for name in set(headers) - set(wanted):
        if name not in HARMLESS and not (signed and name.startswith("x-amz-")):
            raise Different(f"{what}: the header `{name}` is sent, and not expected")
    for name, value in wanted.items():
        if name not in headers:
            raise Different(f"{what}: the header `{name}` is not sent")
        if OPAQUE not in value:
            same(f"{what}: header {name}", value, headers[name])
    body = actual.get("body") or ""
    if expected["kind"] == "form":
        same(f"{what}: body", {k: v for k, v in expected["body"].items() if (k, v) != ("scope", "")}, dict(pairs(body)))
    elif expected["kind"] == "json":
        try:
            same(f"{what}: body", expected["body"], json.loads(body or "{}"))
        except ValueError as error:
            raise Different(f"{what}: the body is not JSON: {shown(body)}") from error
    elif expected["kind"] == "xml":
        same(f"{what}: body", flat(expected["body"]), xml_flat(body))
    elif body not in ("", "{}"):
        raise Different(f"{what}: a body is sent, and none expected: {shown(body)}")


def pairs_of(list_):
    return [(key, value) for key, value in list_ if (key, value) != ("scope", "")]


def flat(tree, path=""):
    """An XML tree as paths and texts; `$name` is an attribute."""
    out = {}
    for key, value in tree.items():
        here = f"{path}/@{key[1:]}" if key.startswith("$") else f"{path}/{key}"
        if isinstance(value, dict):
            out.update(flat(value, here) or {here: ""})
        else:
            out[here] = str(value).lower() if isinstance(value, bool) else str(value)
    return out


def xml_flat(text):
    from xml.etree import ElementTree

    def of(element, path):
        here = f"{path}/{element.tag}"
        out = {f"{here}/@{name}": value for name, value in element.attrib.items()}
        for child in element:
            out.update(of(child, here))
        if not len(element):
            if (element.text or "") or not element.attrib:
                out[here] = element.text or ""
        return out

    return of(ElementTree.fromstring(text), "")


def decoded(token):
    def part(text):
        return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))

    header, claims, _ = token.split(".")
    return part(header), part(claims)


def check_assertion(entry, filled, actual):
    """The JWT that a request holds is the one that the entry describes; HMAC signatures are computed anew."""
    text = json.dumps(actual)
    found = re.search(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+", text)
    if not found:
        raise Different("no JWT is sent")
    header, claims = decoded(found[0])
    wanted_header, wanted_claims = semantics.assertion(entry, filled)
    header.setdefault("typ", "JWT")
    wanted_header.setdefault("typ", "JWT")
    same("JWT header", wanted_header, header)
    # A claim that hangs on an optional value is left out by one of both.
    optional = {key for key, value in wanted_claims.items() if isinstance(value, list)}
    for key, value in list(wanted_claims.items()):
        if "*opaque*" in str(value).replace("\u2217", "*"):
            wanted_claims[key] = ANY if str(value) == OPAQUE else str(value).replace(OPAQUE, ANY)
    same("JWT claims", {k: v for k, v in wanted_claims.items() if k not in optional}, {k: v for k, v in claims.items() if k not in optional})
    if wanted_header["alg"].startswith("HS"):
        key = semantics.hmac_key(entry, filled)
        signed = ".".join(found[0].split(".")[:2]).encode()
        import hashlib
        import hmac

        digest = hmac.new(key, signed, getattr(hashlib, "sha" + wanted_header["alg"][2:])).digest()
        same("JWT signature", base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), found[0].split(".")[2])


def compare_one(name, entry, actual, made):
    if not isinstance(entry, dict):
        raise Cannot("it is no mapping")
    filled = fill(entry, made)
    given, _ = answers(entry, filled)
    wanted = semantics.expected(entry, filled, given)
    if wanted["authorize"] not in (None, ANY):
        same_url("authorize", wanted["authorize"], actual.get("authorize") or "")
    for what in ("token", "refresh"):
        sent = actual.get(what) or []
        if entry.get("auth_mode") == "MCP_OAUTH2_GENERIC":
            # How a server is asked about itself is the specification's business, and no entry's.
            sent = [one for one in sent if "/.well-known/" not in one["url"] and not one["url"].endswith("/register")]
        if len(sent) != len(wanted[what]):
            raise Different(f"{what}: {len(sent)} requests are sent, and {len(wanted[what])} expected")
        for number, (one, other) in enumerate(zip(wanted[what], sent), 1):
            if what == "token" and one["url"] == entry.get("registration_url"):
                same_registration(one, other)
                continue
            same_request(f"{what} {number}", one, other)
    nothing = {"method": None, "url": "", "headers": {}}
    # A credential in the body is seen only where there is a body.
    if not (entry.get("proxy") or {}).get("body"):
        same_request("api", wanted["api"], actual.get("api") or nothing)
    if wanted["verify"]:
        same_request("verify", wanted["verify"], actual.get("verify") or nothing)
    signatures.check(entry, filled, actual, APP, AWS)
    if entry.get("auth_mode") == "JWT":
        check_assertion(entry, filled, actual["api"])
    elif entry.get("auth_mode") in ("TWO_STEP", "OAUTH2_CC") and ("signature" in entry or "assertion" in entry):
        check_assertion(entry, filled, actual["token"][0])


def same_registration(expected, actual):
    body = json.loads(actual.get("body") or "{}")
    for key, value in expected["body"].items():
        same(f"registration: {key}", value, body.get(key))
    same("registration: url", expected["url"], actual["url"])


def compare(path, actual_path):
    made = keys()
    entries = load(path)
    with open(actual_path, encoding="utf-8") as file:
        actual = {line["provider"]: line for line in map(json.loads, file)}
    equal, checked, listed = 0, 0, []
    for name, entry in entries.items():
        sent = actual.get(name) or {"error": "the importer does not know it"}
        checked += bool(sent.get("manifest"))
        try:
            if sent.get("error"):
                raise Different(sent["error"])
            compare_one(name, entry, sent, made)
            equal += 1
        except Cannot as why:
            listed.append((name, f"Nango's data does not say how: {why}"))
        except Different as why:
            listed.append((name, str(why)))
    for name, why in listed:
        print(f"{name}: {why}")
    total = len(entries)
    share = 100 * equal / max(total, 1)
    print(f"counted: {os.path.basename(path)} of Nango's format: {total} entries, {checked} manifests that pass check, ", end="")
    print(f"{equal} that send what Nango sends ({share:.1f} %), {len(listed)} listed with the reason")
    return 0 if share >= 97 else 1


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "cases":
        cases(sys.argv[2])
    elif len(sys.argv) == 4 and sys.argv[1] == "compare":
        sys.exit(compare(sys.argv[2], sys.argv[3]))
    else:
        sys.exit(__doc__)
