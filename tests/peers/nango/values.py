"""Made-up values for a provider's entry: what a person would fill in, and what the provider would answer.

Everything is chosen from the entry alone and always alike. A value satisfies what the field says of it (enum, pattern,
format) and the place where the entry uses it (a label of a host, a whole host, a URL).
"""

import json
import re

try:
    import re._parser as sre
except ImportError:  # Python 3.10 and before
    import sre_parse as sre

REDIRECT = "https://app.example.net/oauth/callback"
NOW = 1_700_000_000
UUID = "0d9f3a52-8f0b-4c0e-9a55-1f6f2f6f1a01"
NONCE = "00112233445566778899aabbccddeeff"
APP = {"client_id": "client-id-1", "client_secret": "client-secret-1", "redirect_uri": REDIRECT}


def load(path):
    """The entries of a file, aliases resolved as Nango does."""
    import yaml

    with open(path, encoding="utf-8") as file:
        entries = yaml.safe_load(file)

    def resolve(name, seen=()):
        entry = entries.get(name)
        if not isinstance(entry, dict) or "alias" not in entry or entry["alias"] in seen:
            return entry
        base = resolve(entry["alias"], (*seen, name))
        if not isinstance(base, dict):
            return entry
        merged = {**base, **{key: value for key, value in entry.items() if key != "alias"}}
        if isinstance(base.get("proxy"), dict) and isinstance(entry.get("proxy"), dict):
            merged["proxy"] = {**base["proxy"], **entry["proxy"]}
        return merged

    return {name: resolve(name) for name in entries}


def texts(value):
    """All texts in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def dotted(value, path):
    for key in filter(None, path.split(".")):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def place(tree, path, value):
    """Sets a member by its dotted path."""
    *keys, last = path.split(".")
    for key in keys:
        tree = tree.setdefault(key, {})
    tree[last] = value


def generated(pattern):
    """A text that a regular expression matches: the shortest that repeats everything at least once."""

    def of(nodes):
        out = ""
        for kind, value in nodes:
            name = str(kind)
            if name == "LITERAL":
                out += chr(value)
            elif name == "NOT_LITERAL":
                out += "a" if value != ord("a") else "b"
            elif name == "ANY":
                out += "a"
            elif name == "IN":
                out += member(value)
            elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
                least, most, inner = value
                out += of(inner) * max(least, min(1, most))
            elif name == "SUBPATTERN":
                out += of(value[-1])
            elif name == "BRANCH":
                out += of(value[1][0])
        return out

    def member(choices):
        names = [str(kind) for kind, _ in choices]
        if "NEGATE" in names:
            forbidden = re.compile("[" + "".join(re.escape(chr(v)) for k, v in choices if str(k) == "LITERAL") + "]")
            return next(c for c in "a1b2-" if not forbidden.match(c))
        for kind, value in choices:
            if str(kind) == "RANGE":
                return chr(value[0])
            if str(kind) == "CATEGORY":
                return {"CATEGORY_DIGIT": "7", "CATEGORY_WORD": "a", "CATEGORY_SPACE": " "}.get(str(value), "a")
        return chr(choices[0][1])

    return of(sre.parse(pattern))


class Uses:
    """How the URLs of an entry use its values."""

    def __init__(self, entry):
        keys = ("token_url", "authorization_url", "refresh_url", "request_url", "registration_url")
        steps = [step.get("token_url") for step in entry.get("additional_steps") or []]
        urls = [entry.get(key) for key in keys] + steps + [(entry.get("proxy") or {}).get("base_url")]
        self.urls = list(texts(urls))
        self.headers = list(texts((entry.get("proxy") or {}).get("headers")))

    def signs(self, name):
        return any("ed25519Sign(" in header and header.rstrip(":").endswith("${" + name + "})}") for header in self.headers)

    def whole_url(self, name):
        return any(re.search(r"(^|\|\|\s*)\$\{" + re.escape(name) + r"\}", url) for url in self.urls)

    def whole_host(self, name):
        return any(re.search(r"https://\$\{" + re.escape(name) + r"\}($|[/:?\s])", url) for url in self.urls)

    def end_of_host(self, name):
        return any(re.search(r"https://[^/$]+\$\{" + re.escape(name) + r"\}($|[/:?\s])", url) for url in self.urls)

    def label(self, name):
        return any(re.search(r"https://[^/\s]*\$\{" + re.escape(name) + r"\}[.-]", url) for url in self.urls)

    def alone(self, name):
        """Whether a URL needs the value, and has no other to fall back to."""
        return any("${" + name + "}" in url and "||" not in url for url in self.urls)


def value(scope, name, spec, uses, keys):
    """A value for a field."""
    spec = spec or {}
    full = f"{scope}.{name}"
    slug = re.sub(r"[^a-z0-9]", "", name.lower()) + "7"
    if spec.get("enum"):
        return str(spec["enum"][-1])
    if str(spec.get("hidden", "")).lower() == "true" and "default_value" in spec:
        if spec["default_value"] or not uses.alone(full):
            return str(spec["default_value"])
    lower = name.lower()
    if "certificate" in lower and "id" not in lower:
        return keys.get("certificate", slug)
    if "privatekey" in lower.replace("_", "") and not lower.endswith("id") and "24}:" not in str(spec.get("pattern")):
        return keys.get("ec" if keys.get("use_ec") else "rsa", slug)
    if uses.signs(full):
        return keys.get("ed25519", slug)
    pattern, form = spec.get("pattern"), spec.get("format")
    domain = str(spec.get("suffix") or "")
    domain = domain if re.fullmatch(r"\.[a-z0-9-]+(\.[a-z0-9-]+)+", domain) else ".example.com"
    candidates = []
    if uses.whole_url(full):
        candidates += [f"https://{slug}{domain}"]
    elif uses.whole_host(full):
        candidates += [f"{slug}{domain}", f"https://{slug}{domain}"]
    elif uses.end_of_host(full):
        candidates += ["com", f"{slug}.com"]
    elif uses.label(full):
        candidates += [slug]
    candidates += {
        "uuid": ["3f2a91c6-1b2c-4d3e-8f90-6d5e8a2b7c34"],
        "email": ["ada@example.com"],
        "hostname": [f"{slug}.example.com"],
        "uri": [f"https://{slug}.example.com"],
    }.get(form, [slug])
    candidates += ["12345", slug.upper()]
    if pattern:
        try:
            candidates.append(generated(pattern))
        except (re.error, ValueError, StopIteration):
            pass
    if "example" in spec:
        candidates.append(str(spec["example"]))
    for candidate in candidates:
        try:
            if pattern is None or re.search(pattern, candidate):
                return candidate
        except re.error:
            return candidate
    return candidates[0]


def own_domain(url):
    """The domain that a URL's host belongs to: of the first alternative that is written out."""
    hosts = re.findall(r"https://([^/?#:\s]*)", url or "")
    host = next((host for host in hosts if "$" not in host), None)
    if not host:
        return "example.com"
    labels = host.split(".")
    count = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in ("co", "com", "org", "net", "gov", "ac") else 2
    return ".".join(labels[-count:])


def fill(entry, keys):
    """The values of a connection: config, credentials, what the integrator set, and the redirect's further query."""
    uses = Uses(entry)
    mode = entry.get("auth_mode")
    protocol = (entry.get("signature") or {}).get("protocol")
    keys = {**keys, "use_ec": protocol == "EC"}
    filled = {"config": {}, "credentials": {}, "integration": {}, "callback": {}, "metadata": {}}
    metadata = list(entry.get("token_response_metadata") or [])
    redirect = list(entry.get("redirect_uri_metadata") or [])
    for name, spec in (entry.get("connection_config") or {}).items():
        if name not in metadata and name not in redirect:
            filled["config"][name] = value("connectionConfig", name, spec, uses, keys)
    for name, spec in (entry.get("credentials") or {}).items():
        filled["credentials"][name] = value("credentials", name, spec, uses, keys)
    for name, spec in (entry.get("assertion_option") or {}).items():
        filled["credentials"].setdefault(name, value("assertionOption", name, spec, uses, keys))
    for name in usual(mode):
        filled["credentials"].setdefault(name, f"{name.lower()}-7")
    for name, spec in (entry.get("integration_config") or {}).items():
        if name not in filled["credentials"]:
            filled["integration"][name] = value("integrationConfig", name, spec, uses, keys)
    # What a template names and nothing declares is given, too: Nango takes any value.
    for text in texts(entry):
        for name in re.findall(r"\$\{connectionConfig\.([\w-]+)\}", text):
            if name not in filled["config"] and name not in metadata and name not in redirect:
                filled["config"][name] = value("connectionConfig", name, {}, uses, keys)
        for name in re.findall(r"\$\{credentials\.(\w+)\}", text):
            made = name == "assertion" and "assertion" in entry or name in ("token", "_cookies", "access_token")
            if not made and name not in filled["credentials"] and name not in filled["integration"]:
                filled["credentials"][name] = value("credentials", name, {}, uses, keys)
    token_url = entry.get("token_url") if isinstance(entry.get("token_url"), str) else ""
    domain = own_domain(token_url)
    for names, target in ((metadata, "metadata"), (redirect, "callback")):
        for name in names:
            full = f"connectionConfig.{name}"
            slug = re.sub(r"[^a-z0-9]", "", name.lower()) + "7"
            if uses.whole_url(full) or "_url" in name and uses.whole_host(full):
                filled[target][name] = f"https://{slug}.{domain}"
            elif uses.whole_host(full):
                filled[target][name] = f"{slug}.{domain}"
            else:
                filled[target][name] = slug
    filled["scopes"] = [str(scope) for scope in entry.get("default_scopes") or []]
    return filled


def usual(mode):
    return {
        "API_KEY": ["apiKey"],
        "BASIC": ["username", "password"],
        "SIGNATURE": ["username", "password"],
        "OAUTH2_CC": ["client_id", "client_secret"],
        "BILL": ["username", "password", "organizationId", "devKey"],
        "TBA": ["token_id", "token_secret", "oauth_client_id", "oauth_client_secret"],
    }.get(mode, [])


def answers(entry, filled):
    """What the provider answers to the requests that fetch a token, in order, and to a refresh."""
    mode = entry.get("auth_mode")
    if mode == "OAUTH1":
        return [
            form("oauth_token=request-1&oauth_token_secret=request-secret-1&oauth_callback_confirmed=true"),
            form("oauth_token=token-1&oauth_token_secret=token-secret-1"),
        ], []
    if mode == "BILL":
        return [answer({"sessionId": "token-1", "organizationId": "o", "userId": "u"})], []
    if mode in ("APP", "CUSTOM"):
        return [answer({"token": "token-1", "expires_at": "2030-01-01T00:00:00Z"}, 201)], []
    if mode in ("OAUTH2", "OAUTH2_CC", "MCP_OAUTH2", "MCP_OAUTH2_GENERIC"):
        list_ = [answer(token_answer(entry, filled, "1"))]
        if mode == "MCP_OAUTH2" and entry.get("client_registration") == "dynamic":
            list_.insert(0, answer({"client_id": "registered-1", "redirect_uris": [REDIRECT]}, 201))
        return list_, [answer(token_answer(entry, filled, "2"))]
    if mode == "TWO_STEP":
        first = steps(entry, filled, "1")
        return first, steps(entry, filled, "2")[-1:]
    return [], []


def token_answer(entry, filled, number):
    body = {
        "access_token": f"token-{number}",
        "refresh_token": f"refresh-{number}",
        "token_type": "Bearer",
        "expires_in": 3_600_000 if entry.get("expires_in_unit") == "milliseconds" else 3600,
    }
    for name, text in filled["metadata"].items():
        place(body, name, text)
    return body


def steps(entry, filled, number):
    more = entry.get("additional_steps") or []
    bodies = [{} for _ in range(1 + len(more))]
    domain = own_domain(entry.get("token_url"))
    for text in texts(entry):
        for step, path in re.findall(r"\$\{step(\d+)\.([\w.-]+)\}", text):
            url = text.startswith(f"${{step{step}.{path}}}") and any(
                str(one.get("token_url", "")).startswith(f"${{step{step}.{path}}}") for one in more
            )
            slug = re.sub(r"[^a-z0-9]", "", path.lower()) + "7"
            place(bodies[int(step) - 1], path, f"https://{slug}.{domain}" if url else f"{slug}-value")
    shape = entry.get("token_response") or {"token": "access_token"}
    last, token = bodies[-1], f"token-{number}"
    for name, text in filled["metadata"].items():
        place(bodies[-1], name, text)
        if dotted(bodies[0], name) is not None and len(bodies) > 1:
            place(bodies[0], name, text)
    headers = {}
    if any(name.lower() == "set-cookie" for name in entry.get("token_response_headers") or []):
        headers["set-cookie"] = f"SESSION=cookie-{number}; Path=/; HttpOnly"
    whole = shape.get("token") == ""
    if not whole:
        place(last, shape["token"], token)
    if shape.get("refresh_token"):
        place(last, shape["refresh_token"], f"refresh-{number}")
    if shape.get("token_expiration"):
        at = shape.get("token_expiration_strategy") == "expireAt"
        place(last, shape["token_expiration"], "2030-01-01T00:00:00Z" if at else 3600)
    if entry.get("body_format") == "xml":
        return [answer_text(xml(body), "application/xml") for body in bodies]
    out = [answer(body, headers=headers) for body in bodies]
    if whole:
        out[-1] = answer_text(token, "text/plain")
    return out


def xml(tree):
    def of(name, value):
        inner = "".join(of(key, item) for key, item in value.items()) if isinstance(value, dict) else str(value)
        return f"<{name}>{inner}</{name}>"

    return '<?xml version="1.0"?>' + "".join(of(name, value) for name, value in tree.items())


def answer(body, status=200, headers=None):
    return {"status": status, "headers": {"content-type": "application/json", **(headers or {})}, "body": json.dumps(body)}


def answer_text(text, media):
    return {"status": 200, "headers": {"content-type": media}, "body": text}


def form(text):
    return answer_text(text, "application/x-www-form-urlencoded")
