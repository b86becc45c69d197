"""What Nango's server sends for an entry: its templates, its token requests, its proxied requests.

Written from Nango's public source (packages/shared, packages/server) and from simple-oauth2, and never from a manifest of
ours. Where Nango does what no server can want, the difference is named at its place and left out of the comparison.
"""

import base64
import datetime
import hashlib
import hmac
import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from values import APP, NONCE, NOW, REDIRECT, UUID, own_domain

ANY = "\u2217any\u2217"
OPAQUE = "\u2217opaque\u2217"
PROBE = "/couplet/probe"
MCP = "https://auth.mcp7.example.com"
OWN = "https://private7.example.com"


class Cannot(Exception):
    """The entry does not say how."""


def moment(text):
    """`now`, `now:FORMAT`, `now+7:days:FORMAT`."""
    match = re.fullmatch(r"now(?:([+-]\d+):(\w+))?(?::(.*))?", text)
    when = datetime.datetime.fromtimestamp(NOW, datetime.timezone.utc)
    if match[1]:
        when += datetime.timedelta(**{match[2] if match[2].endswith("s") else match[2] + "s": int(match[1])})
    form = match[3]
    if form is None:
        return when.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    if form == "X":
        return str(int(when.timestamp()))
    if form == "x":
        return str(int(when.timestamp()) * 1000)
    out = ""
    for literal, token in re.findall(r"\[([^\]]*)\]|(YYYY|MMM|MM|DD|ddd|HH|mm|ss|SSS|ZZ|.)", form):
        tokens = {"YYYY": "%Y", "MMM": "%b", "ddd": "%a", "ZZ": "+0000", "MM": "%m", "DD": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
        out += literal if not token else when.strftime(tokens[token]) if token in tokens else token.replace("SSS", "000")
    return out


def apply(function, inner):
    data = inner.encode()
    if function == "base64":
        return base64.b64encode(data).decode()
    if function == "sha256Hex":
        return hashlib.sha256(data).hexdigest()
    if function == "sha256Base64":
        return base64.b64encode(hashlib.sha256(data).digest()).decode()
    if function == "hmacSha1Hex":
        message, key = inner.rsplit(",", 1)
        return hmac.new(key.strip().encode(), message.encode(), hashlib.sha1).hexdigest()
    return OPAQUE


class Scope:
    """The values that templates see."""

    def __init__(self, filled, **names):
        self.config = {**filled["config"], **filled["callback"], **filled["metadata"]}
        # What no connection gives, the integration has.
        self.credentials = {**filled["integration"], **filled["credentials"]}
        self.names = names

    def look(self, name):
        if name == "random":
            return UUID
        if name == "now" or re.match(r"now[:+-]", name):
            return moment(name)
        if name in self.names:
            return self.names[name]
        if name.startswith("connectionConfig."):
            return self.config.get(name.removeprefix("connectionConfig."))
        if name.startswith("credentials.") or name.startswith("assertionOption."):
            path = name.split(".", 1)[1]
            if "." in path and path.split(".")[0] in self.credentials:
                # Ghost's key is `id:secret`.
                whole, half = path.split(".", 1)
                return self.credentials[whole].split(":")[0 if half == "id" else -1]
            return self.credentials.get(path)
        return self.credentials.get(name)

    def fill(self, text, encode=False):
        """A template filled in; nothing where a value is missing."""
        if not isinstance(text, str):
            return text
        if "||" in text and "${" in text:
            return self.either(text, encode)
        while True:
            match = re.search(r"\$\{([^{}]*)\}", text)
            if not match:
                return text
            call = re.fullmatch(r"(\w+)\((.*)\)", match[1], re.S)
            if call and call[1] == "ed25519Sign":
                self.signed = call[2].rsplit(",", 1)[0].strip()
            if call:
                found = apply(call[1], call[2])
            else:
                found = self.look(match[1].strip())
                if found is None or found == "" and match[1].startswith("connectionConfig."):
                    return None
                found = quote(str(found), safe="") if encode else str(found)
            text = text[: match.start()] + str(found) + text[match.end() :]

    def either(self, text, encode=False):
        parts, depth, start = [], 0, 0
        for at, c in enumerate(text):
            depth += (c == "{") - (c == "}")
            if depth == 0 and text.startswith("||", at):
                parts.append(text[start:at].strip())
                start = at + 2
        parts.append(text[start:].strip())
        if len(parts) == 1:
            inner = text.replace("||", "\u0001")
            out = self.fill(inner, encode)
            return out if out is None else out.replace("\u0001", "||")
        for part in parts:
            filled = self.fill(part.replace("||", ""), encode)
            if filled:
                return filled
        return None

    def tree(self, value):
        if isinstance(value, dict):
            return {key: self.tree(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.tree(item) for item in value]
        if isinstance(value, str):
            return self.fill(value)
        return value


def url(text, scope, what, encode=False):
    if not isinstance(text, str):
        raise Cannot(f"no {what}")
    filled = scope.fill(text, encode)
    if filled is None:
        raise Cannot(f"{what} names a value that is missing")
    return filled


def request(method, address, headers=None, body=None, kind=None):
    """A request with the query of its URL apart."""
    parts = urlsplit(address)
    out = {
        "method": method,
        "url": f"{parts.scheme}://{parts.netloc.lower()}{parts.path or '/'}",
        "query": parse_qsl(parts.query, keep_blank_values=True),
        "headers": {key.lower(): value for key, value in (headers or {}).items()},
        "kind": kind,
        "body": body,
    }
    for skipped in ("content-type", "user-agent"):
        out["headers"].pop(skipped, None)
    return out


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def texts_only(params, scope):
    """Parameters as texts; what cannot be filled is left out."""
    out = {}
    for key, value in (params or {}).items():
        if isinstance(value, bool):
            value = str(value).lower()
        value = scope.fill(value) if isinstance(value, str) else value
        if value is not None:
            out[key] = str(value)
    return out


def token_url(entry):
    found = entry.get("token_url")
    if isinstance(found, dict):
        return found.get("APP") if entry.get("auth_mode") in ("APP", "CUSTOM") else found.get("OAUTH2")
    return found


def authorize(entry, filled, client):
    """Where Nango sends the browser (oauth.controller.ts, oauth2Request)."""
    scope = Scope(filled)
    address = url(entry.get("authorization_url"), scope, "authorization_url", encode=True)
    params = {"response_type": "code", "client_id": client, "redirect_uri": REDIRECT}
    separator = entry.get("scope_separator") or " "
    scopes = separator.join(filled["scopes"])
    if scopes:
        params["scope"] = scopes
    params["state"] = ANY
    for key, value in texts_only(entry.get("authorization_params"), scope).items():
        params[key] = value
    if not entry.get("disable_pkce"):
        params["code_challenge"] = ANY
        params["code_challenge_method"] = "S256"
    raw = "scopes" in (entry.get("authorization_url_skip_encode") or [])
    address, _, own_fragment = address.partition("#")
    address, _, own = address.partition("?")
    pairs = parse_qsl(own, keep_blank_values=True) + [(key, value) for key, value in params.items() if not (raw and key == "scope")]
    query = urlencode(pairs)
    if raw and scopes:
        query += f"&scope={scopes}"
    fragment = entry.get("authorization_url_fragment") or own_fragment
    text = f"{address}#{fragment}?{query}" if fragment else f"{address}?{query}"
    for old, new in (entry.get("authorization_url_replacements") or {}).items():
        text = text.replace(old, new, 1)
    return text


def oauth2_token(entry, filled, client, refresh=False, public=False):
    """The token request of the authorization code, or its refresh (simple-oauth2 with Nango's options)."""
    scope = Scope(filled)
    code = "code-1"
    if refresh:
        address = url(entry.get("refresh_url") or token_url(entry), scope, "refresh_url")
        extra = dict(entry["refresh_params"]) if "refresh_params" in entry else dict(entry.get("token_params") or {})
        # Without refresh_params Nango sends the grant_type of the token request again, which no server takes.
        extra.pop("grant_type", None)
        params = {"grant_type": "refresh_token", "refresh_token": "refresh-1"}
    else:
        address = url(token_url(entry), scope, "token_url")
        extra = dict(entry.get("token_params") or {})
        params = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
        if not entry.get("disable_pkce"):
            params["code_verifier"] = ANY
    params.update(texts_only(extra, scope))
    headers = texts_only(entry.get("token_headers"), scope)
    if public:
        params["client_id"] = client[0]
    elif entry.get("token_request_auth_method") == "basic" or entry.get("authorization_method") == "header":
        # With token_request_auth_method Nango repeats the id and the secret in the body: RFC 6749 forbids it.
        headers["authorization"] = basic(*client)
    else:
        params.update(client_id=client[0], client_secret=client[1])
    return dressed(entry, address, headers, params)


def dressed(entry, address, headers, params):
    form = entry.get("body_format") or "form"
    if form == "query":
        return request("POST", address + ("&" if "?" in address else "?") + urlencode(params), headers)
    return request("POST", address, headers, params, "json" if form == "json" else "form")


def client_credentials(entry, filled):
    """connection.service.ts, getOauthClientCredentials."""
    scope = Scope(filled)
    address = url(token_url(entry), scope, "token_url")
    user, secret = filled["credentials"]["client_id"], filled["credentials"]["client_secret"]
    params, headers = {}, texts_only(entry.get("token_headers"), scope)
    how = entry.get("token_request_auth_method")
    if how == "basic":
        headers["authorization"] = basic(user, secret)
    elif how == "custom":
        params.update(username=user, password=secret)
    elif how == "private_key_jwt":
        # RFC 7523: the assertion stands in the place of the secret.
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        params.update(client_id=user, client_assertion_type=kind, client_assertion=ANY)
        scope.names["credentials.assertion"] = ANY
    else:
        params.update(client_id=user, client_secret=secret)
    params.update(texts_only(entry.get("token_params"), scope))
    if filled["scopes"]:
        params["scope"] = (entry.get("scope_separator") or " ").join(filled["scopes"])
    return dressed(entry, address, headers, params)


def two_step(entry, filled, given, refresh=False):
    """connection.service.ts, getTwoStepCredentials."""
    names = {"refresh_token": "refresh-1"}
    if "signature" in entry or "assertion" in entry:
        names["token"] = names["credentials.assertion"] = ANY
    scope = Scope(filled, **names)
    form = entry.get("body_format") or "json"
    out = [login(entry, scope, form, refresh)]
    if refresh:
        return out
    import json

    for number, answer in enumerate(given, 1):
        try:
            body = json.loads(answer["body"])
        except ValueError:
            continue

        def walk(value, path):
            if isinstance(value, dict):
                for key, item in value.items():
                    walk(item, f"{path}.{key}")
            else:
                scope.names[path] = value

        walk(body, f"step{number}")
    for step in entry.get("additional_steps") or []:
        out.append(login(step, scope, form if form == "form" else "json"))
    return out


def login(step, scope, form, refresh=False):
    address = url(step.get("refresh_url") or step.get("token_url") if refresh else step.get("token_url"), scope, "token_url")
    headers = texts_only(step.get("refresh_token_headers") if refresh and "refresh_token_headers" in step else step.get("token_headers"), scope)
    if not refresh and step.get("token_request_method") == "GET":
        return request("GET", address, headers)
    params = scope.tree(step.get("refresh_token_params" if refresh else "token_params") or {})
    params = {key: value for key, value in params.items() if value is not None}
    if form == "form":
        params = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in params.items()}
    return request("POST", address, headers, params, form)


def refreshes(entry):
    """Whether a login can be renewed: with parameters, and a token to renew it with."""
    return bool(entry.get("refresh_token_params") and (entry.get("token_response") or {}).get("refresh_token"))


def register(entry):
    body = {"redirect_uris": [REDIRECT], "token_endpoint_auth_method": "none"}
    return request("POST", entry["registration_url"], {}, body, "json")


def verification(entry, filled, token):
    """What Nango verifies credentials with, where that is one literal path (proxy.verification)."""
    found = (entry.get("proxy") or {}).get("verification")
    if not found or found.get("base_url_override") or len(found.get("endpoints") or []) != 1:
        return None
    endpoint = found["endpoints"][0]
    if "${" in endpoint:
        return None
    return api(entry, filled, token, "/" + endpoint.strip("/"), found)


def api(entry, filled, token, probe=None, told=None):
    """proxy/utils.ts, buildProxyURL and buildProxyHeaders: a GET of a path that no provider has, or a verification."""
    mode = entry.get("auth_mode")
    proxy = entry.get("proxy") or {}
    names = {"accessToken": token, "credentials.token": token, "credentials._cookies": "SESSION=cookie-1"}
    if mode != "OAUTH2_CC":
        names.update(clientId=APP["client_id"], clientSecret=APP["client_secret"])
    else:
        names.update(clientId=filled["credentials"]["client_id"], clientSecret=filled["credentials"]["client_secret"])
    scope = Scope(filled, **names, method="GET")
    base = proxy.get("base_url")
    # A host without a dot stands for one that each caller has, as no base URL does.
    base = OWN if base is None or re.match(r"https://[^./$]+(/|$)", base) else url(base, scope, "proxy.base_url")
    # A value that is a URL already needs no second scheme.
    base = re.sub(r"^https://https://", "https://", base)
    address = base.rstrip("/") + (probe or PROBE)
    parts = urlsplit(address)
    method = (told or {}).get("method", "GET").upper()
    data = (told or {}).get("data")
    scope.names.update(host=parts.netloc, path=parts.path, endpoint=probe or PROBE, bodyCanonicalParams="", method=method)
    headers = default_headers(entry, filled, token, proxy)
    for key, value in (proxy.get("headers") or {}).items():
        found = scope.fill(str(value))
        if found is not None:
            headers[key.lower()] = found
    query = []
    for key, value in (proxy.get("query") or {}).items():
        found = scope.fill(str(value))
        if found is not None:
            query.append((key, found))
    for key, value in ((told or {}).get("headers") or {}).items():
        # What the method sends is not said again.
        found = scope.fill(str(value))
        if found is not None and key.lower() not in headers and "credentials" not in str(value):
            headers[key.lower()] = found
    out = request(method, address, headers)
    body = {key: found for key, value in (proxy.get("body") or {}).items() if (found := scope.tree(value)) is not None}
    if method != "GET" and (data is not None or body):
        # The body of each request that has one carries these.
        out.update(body={**body, **(scope.tree(data) or {})}, kind="json")
    out["query"] += [pair for pair in query if pair not in out["query"]]
    return out


def default_headers(entry, filled, token, proxy):
    mode, credentials = entry.get("auth_mode"), filled["credentials"]
    if mode == "BASIC":
        return {"authorization": basic(credentials["username"], credentials["password"])}
    if mode in ("OAUTH2", "OAUTH2_CC", "APP", "CUSTOM", "MCP_OAUTH2", "MCP_OAUTH2_GENERIC", "JWT"):
        return {"authorization": f"Bearer {token}"}
    if mode == "TWO_STEP":
        said = any("${accessToken}" in str(value) for value in (proxy.get("headers") or {}).values())
        return {} if said else {"authorization": f"Bearer {token}"}
    if mode == "BILL":
        # Nango leaves these to whoever calls; the provider's documentation names them.
        return {"sessionid": token, "devkey": credentials["devKey"]}
    if mode in ("OAUTH1", "TBA", "AWS_SIGV4"):
        return {"authorization": OPAQUE}
    return {}


def wsse(filled):
    """auth/signature.ts."""
    when = moment("now")
    digest = hashlib.sha1((NONCE + when + filled["credentials"]["password"]).encode()).hexdigest()
    digest = base64.b64encode(digest.encode()).decode()
    user = filled["credentials"]["username"]
    return f'UsernameToken Username="{user}", PasswordDigest="{digest}", Nonce="{NONCE}", Created="{when}"'


def assertion(entry, filled):
    """The claims and the header that auth/jwt.ts and auth/assertion.ts sign."""
    scope = Scope(filled)
    told = entry.get("assertion") or entry.get("token")
    header = {**scope.tree(told.get("header") or {})}
    claims = {}
    for key, value in (told.get("payload") or {}).items():
        found = scope.tree(value)
        if found is not None:
            claims[key] = found
    seconds = told.get("lifetimeInSeconds") or told.get("expires_in_ms", 300_000) / 1000
    claims.update(iat=NOW, exp=int(NOW + seconds))
    return header, claims


def hmac_key(entry, filled):
    key = Scope(filled).fill(entry["token"]["signing_key"].replace("||", "\u0001")).replace("\u0001", "||")
    encoding = (entry.get("signature") or {}).get("hmac_secret_encoding")
    return key.encode() if encoding == "utf8" else bytes.fromhex(key)


def signed(key, header, claims):
    import json

    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    first = part(header) + b"." + part(claims)
    return first + b"." + base64.urlsafe_b64encode(hmac.new(key, first, hashlib.sha256).digest()).rstrip(b"=")


def expected(entry, filled, given):
    """All that Nango would send."""
    mode = entry.get("auth_mode")
    app = (APP["client_id"], APP["client_secret"])
    out = {"authorize": None, "token": [], "refresh": [], "api": None}
    token = "token-1"
    if mode == "OAUTH2":
        out["authorize"] = authorize(entry, filled, app[0])
        out["token"] = [oauth2_token(entry, filled, app)]
        out["refresh"] = [oauth2_token(entry, filled, app, refresh=True)]
    elif mode == "MCP_OAUTH2":
        kind = entry.get("client_registration")
        client = ("registered-1", "") if kind == "dynamic" else app
        out["authorize"] = authorize(entry, filled, client[0])
        out["token"] = [oauth2_token(entry, filled, client, public=kind in ("dynamic", "cimd"))]
        out["refresh"] = [oauth2_token(entry, filled, client, True, kind in ("dynamic", "cimd"))]
        if kind == "dynamic":
            out["token"].insert(0, register(entry))
    elif mode == "MCP_OAUTH2_GENERIC":
        # What the server's own metadata says (RFC 9728, RFC 8414), for a client that registers itself (RFC 7591).
        told = {**entry, "authorization_url": MCP + "/authorize", "token_url": MCP + "/token"}
        out["authorize"] = authorize(told, filled, "registered-1")
        out["token"] = [oauth2_token(told, filled, ("registered-1", ""), public=True)]
        out["refresh"] = [oauth2_token(told, filled, ("registered-1", ""), True, True)]
    elif mode == "OAUTH2_CC":
        out["token"] = [client_credentials(entry, filled)]
    elif mode == "TWO_STEP":
        out["token"] = two_step(entry, filled, given)
        if refreshes(entry):
            out["refresh"] = two_step(entry, filled, given, refresh=True)
    elif mode == "BILL":
        names = ("username", "password", "organizationId", "devKey")
        body = {name: filled["credentials"][name] for name in names}
        out["token"] = [request("POST", entry["token_url"], {}, body, "json")]
    elif mode in ("APP", "CUSTOM"):
        scope = Scope(filled)
        address = url(token_url(entry), scope, "token_url")
        headers = {"authorization": "Bearer " + ANY, "accept": "application/vnd.github.v3+json"}
        out["token"] = [request("POST", address, headers, {}, "json")]
    elif mode == "JWT":
        token = ANY
    elif mode == "SIGNATURE":
        token = wsse(filled)
    elif mode == "OAUTH1":
        out["authorize"] = ANY
        out["token"] = [
            request("POST", entry["request_url"], {"authorization": OPAQUE}),
            request("POST", entry["token_url"], {"authorization": OPAQUE}),
        ]
    elif mode not in ("API_KEY", "BASIC", "NONE", "TBA", "AWS_SIGV4"):
        raise Cannot(f"auth_mode {mode}")
    if mode == "API_KEY" and not any("${apiKey}" in text or "${credentials.apiKey}" in text for text in api_texts(entry)):
        raise Cannot("no place for the key")
    out["api"] = api(entry, filled, token)
    out["verify"] = verification(entry, filled, token)
    return out


def api_texts(entry):
    from values import texts

    return texts([(entry.get("proxy") or {}).get(key) for key in ("base_url", "headers", "query", "body")])


__all__ = ["ANY", "OPAQUE", "Cannot", "assertion", "expected", "hmac_key", "own_domain", "signed"]
