"""Signatures of OAuth 1.0 and AWS, computed anew over what was sent."""

import base64
import hashlib
import hmac
import re
from urllib.parse import parse_qsl, quote, unquote, urlsplit


def encoded(text):
    return quote(text, safe="-._~")


def check(entry, filled, actual, app, aws):
    from oracle import Different

    mode = entry.get("auth_mode")
    if mode == "OAUTH1":
        first, second = actual["token"]
        method = entry.get("signature_method") or "HMAC-SHA1"
        consumer = (app["client_id"], app["client_secret"])
        for what, request, token in (
            ("request token", first, (None, "")),
            ("access token", second, ("request-1", "request-secret-1")),
            ("api", actual["api"], ("token-1", "token-secret-1")),
        ):
            oauth1(what, request, consumer, token, method, Different)
        authorize = dict(parse_qsl(urlsplit(actual["authorize"]).query))
        wanted = {"oauth_token": "request-1", **{k: str(v) for k, v in (entry.get("authorization_params") or {}).items()}}
        if authorize != wanted or not actual["authorize"].startswith(entry["authorization_url"]):
            raise Different(f"authorize: {actual['authorize']} is sent, and {wanted} expected")
    elif mode == "TBA":
        credentials = filled["credentials"]
        consumer = (credentials["oauth_client_id"], credentials["oauth_client_secret"])
        token = (credentials["token_id"], credentials["token_secret"])
        realm = filled["config"].get("accountId", "").replace("-", "_").upper()
        oauth1("api", actual["api"], consumer, token, "HMAC-SHA256", Different, realm)
    elif mode == "AWS_SIGV4" or any("awsSigV4(" in str(v) for v in ((entry.get("proxy") or {}).get("headers") or {}).values()):
        names = list(filled["credentials"])
        keys = (aws["credentials.access_key_id"], aws["credentials.secret_access_key"])
        if mode != "AWS_SIGV4":
            keys = (filled["credentials"][names[0]], filled["credentials"][names[1]])
        sigv4(actual["api"], filled["config"], keys, Different)


def oauth1(what, request, consumer, token, method, error, realm=None):
    header = {key.lower(): value for key, value in request["headers"].items()}.get("authorization", "")
    if not header.startswith("OAuth "):
        raise error(f"{what}: no OAuth header is sent")
    params = {key: unquote(value) for key, value in re.findall(r'(\w+)="([^"]*)"', header)}
    if params.pop("realm", None) != realm:
        raise error(f"{what}: another realm than {realm} is sent")
    signature = params.pop("oauth_signature", "")
    if params.get("oauth_consumer_key") != consumer[0] or params.get("oauth_token") != token[0]:
        raise error(f"{what}: another key or token is sent")
    key = f"{encoded(consumer[1])}&{encoded(token[1])}"
    split = urlsplit(request["url"])
    pairs = sorted((encoded(k), encoded(v)) for k, v in [*params.items(), *parse_qsl(split.query)])
    text = "&".join(f"{k}={v}" for k, v in pairs)
    base = "&".join(map(encoded, (request["method"], f"{split.scheme}://{split.netloc}{split.path}", text)))
    if method == "PLAINTEXT":
        wanted = key
    else:
        digest = hashlib.sha256 if method == "HMAC-SHA256" else hashlib.sha1
        wanted = base64.b64encode(hmac.new(key.encode(), base.encode(), digest).digest()).decode()
    if signature != wanted:
        raise error(f"{what}: the signature is not that of {method}")


def sigv4(request, config, keys, error):
    headers = {key.lower(): value for key, value in request["headers"].items()}
    match = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w+)",
        headers.get("authorization", ""),
    )
    if not match:
        raise error("api: no signature of AWS is sent")
    user, day, region, service, names, signature = match.groups()
    if (user, region, service) != (keys[0], config["region"], config["service"]):
        raise error(f"api: signed for {user}/{region}/{service}")
    split = urlsplit(request["url"])
    headers.setdefault("host", split.netloc)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names.split(";"))
    body = hashlib.sha256((request.get("body") or "").encode()).hexdigest()
    canonical = f"{request['method']}\n{split.path}\n{split.query}\n{lines}\n{names}\n{body}"
    scope = f"{day}/{region}/{service}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{headers['x-amz-date']}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = ("AWS4" + keys[1]).encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    if hmac.new(key, text.encode(), hashlib.sha256).hexdigest() != signature:
        raise error("api: the signature is not that of AWS")
