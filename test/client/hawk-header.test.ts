import { expect, it } from "@jest/globals";
import { hawkHeader } from "../../client/src/hawk-header.ts";

const credentials = { clientId: "my-client", secret: "00000000-0000-4000-8000-000000000001" };

// The worked examples of the specification.
it.each([
  {
    method: "POST",
    url: "https://treeherder.example.org/api/project/proj/jobs/",
    contentType: "application/json",
    body: '[{"a": 1}]',
    hash: "cgsM2EqEXjuDgkfa/ZoLepQB0ZoGibMp38GYEEEHzTw=",
    mac: "YL2NaQJ/Or26fFX4+SVuSuVlrYh8hjD8iRVXWeBZHeQ=",
  },
  {
    method: "GET",
    url: "http://localhost:8000/api/project/proj/jobs/?count=5",
    contentType: "",
    body: "",
    hash: "B0weSUXsMcb5UhL41FZbrUJCAotzSI3HawE1NPLRUz8=",
    mac: "S9qYYW1C8wvBAQ7MFgg7rAQ5y/iGWcGUZqax1Ydqwjg=",
  },
])("signs $method $url", ({ method, url, contentType, body, hash, mac }) => {
  const request = {
    method,
    url: new URL(url),
    contentType,
    body: Buffer.from(body),
    seconds: 1_467_367_200,
    nonce: "abc123",
  };
  const header = `Hawk id="my-client", ts="1467367200", nonce="abc123", hash="${hash}", mac="${mac}"`;
  expect(hawkHeader(credentials, request)).toBe(header);
  const shouted = {
    ...request,
    contentType: contentType && "Application/JSON; charset=utf-8",
    url: new URL(url.replace("treeherder", "TREEHERDER")),
  };
  expect(hawkHeader(credentials, shouted)).toBe(header);
});
