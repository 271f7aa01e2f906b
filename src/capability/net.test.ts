import assert from "node:assert/strict";
import { test } from "node:test";
import { faultText } from "../../test/support/fault.ts";
import { parseAddress } from "../base/ip-address.ts";
import { formatNetRule, formatPublish, parseNetRule, parsePublish } from "./net.ts";

const ORIGIN = { where: "a flag" };

const PUBLISHED: readonly (readonly [string, readonly string[]])[] = [
	["8080:80", ["127.0.0.1:8080:80"]],
	["8080:80/tcp", ["127.0.0.1:8080:80"]],
	["80", ["127.0.0.1::80"]],
	["0.0.0.0:8080:80", ["0.0.0.0:8080:80"]],
	["127.0.0.1::80", ["127.0.0.1::80"]],
	["[::1]:8080:80", ["[::1]:8080:80"]],
	["[0:0:0:0:0:0:0:1]:8080:80", ["[::1]:8080:80"]],
	["8000-8002:80-82", ["127.0.0.1:8000:80", "127.0.0.1:8001:81", "127.0.0.1:8002:82"]],
	["80-81", ["127.0.0.1::80", "127.0.0.1::81"]],
	["65535:1", ["127.0.0.1:65535:1"]],
];

for (const [text, expected] of PUBLISHED)
	test(`-p ${text}`, () => assert.deepEqual(parsePublish(text, ORIGIN).map(formatPublish), expected));

const PUBLISH_REFUSED: readonly (readonly [string, RegExp])[] = [
	["", /the form is/],
	["x", /the form is/],
	["8080:", /the form is/],
	["0:80", /'0' is not a port/],
	["65536:80", /'65536' is not a port/],
	["8080:80/udp", /published by tcp;.*\n.*\nhelp: --net bind=127\.0\.0\.1:5000/],
	["8080:80/sctp", /by tcp only, not by 'sctp'/],
	["example.org:8080:80", /'example\.org' is not an address/],
	["300.0.0.1:8080:80", /'300\.0\.0\.1' is not an address/],
	["::1:8080:80", /the form is/],
	["8000-8001:80", /not of one length/],
	["1-65535:1-65535", /over 64 ports/],
	["82-80:1-3", /not a port/],
];

for (const [text, expected] of PUBLISH_REFUSED)
	test(`refused: -p ${text}`, () =>
		assert.match(
			faultText(() => parsePublish(text, ORIGIN)),
			expected,
		));

const RULES: readonly (readonly [string, string?])[] = [
	["connect=example.org:443"],
	["connect=Example.ORG.:443", "connect=example.org:443"],
	["connect=10.0.0.1:1-1024"],
	["connect=[2001:DB8::1]:443", "connect=[2001:db8::1]:443"],
	["connect=localhost:*"],
	["connect=localhost:1-65535", "connect=localhost:*"],
	["listen=127.0.0.1:8080"],
	["listen=0.0.0.0:0"],
	["listen=[::]:8080"],
	["resolve=example.org"],
	["resolve=_srv.example.org"],
	["resolve=constructor"],
	["resolve=*.Example.org", "resolve=*.example.org"],
	["connect=*.example.org:443"],
	["connect=10.0.0.0/8:*"],
	["connect=[2001:DB8::/32]:443", "connect=[2001:db8::/32]:443"],
	["connect=10.0.0.1/32:80", "connect=10.0.0.1:80"],
	["connect=[::ffff:10.0.0.1]:80", "connect=10.0.0.1:80"],
	["connect=[::ffff:10.0.0.0/104]:80", "connect=10.0.0.0/8:80"],
	["connect=0.0.0.0/0:443"],
	["connect=[::/0]:443"],
	["connect=a.example:443,80,8000-8010", "connect=a.example:80,443,8000-8010"],
	["connect=a.example:80-90,85-95,96", "connect=a.example:80-96"],
	["udp=1.1.1.1:53"],
	["udp=*.pool.example:123"],
	["bind=0.0.0.0:5000-5010"],
	["bind=127.0.0.1:0"],
	["bind=[::1]:*"],
	["bind=127.0.0.1:1-65535", "bind=127.0.0.1:1-65535"],
	["host=db:10.0.0.5"],
	["host=DB.example:[fd00::5]", "host=db.example:[fd00::5]"],
	["host=gateway:host-gateway", "host=gateway:127.0.0.1"],
];

for (const [text, expected = text] of RULES)
	test(`--net ${text}`, () => assert.equal(formatNetRule(parseNetRule(text, ORIGIN)), expected));

const RULES_REFUSED: readonly (readonly [string, RegExp])[] = [
	["", /'' is not a rule of the network/],
	["connect", /the '=' and what follows it are missing/],
	["conect=example.org:443", /did you mean 'connect='\?/],
	["connect=example.org", /the port is missing\n.*\nhelp: --net connect=example\.org:443/],
	["connect=example.org:0", /'0' is not a port/],
	["connect=exa mple:80", /neither a name nor an address/],
	["connect=-x:80", /neither a name nor an address/],
	["connect=1.2.3:80", /neither a name nor an address/],
	[`connect=${"a".repeat(64)}:80`, /neither a name nor an address/],
	["connect=::1", /not a port|neither/],
	["connect=*:443", /'\*' alone is no host.*\n.*\nhelp: --net connect=0\.0\.0\.0\/0:443/],
	["connect=a.*.example:443", /a '\*' stands only in front/],
	["connect=*example.org:443", /a '\*' stands only in front/],
	["connect=10.0.0.1/8:443", /bits set behind its prefix\n.*\nhelp: --net connect=10\.0\.0\.0\/8:443/],
	["connect=10.0.0.0/33:443", /is not a network/],
	["connect=[::ffff:0.0.0.0/90]:1", /a network of IPv4 written as IPv6/],
	["connect=a.example:80,,81", /'' is not a port/],
	["connect=a.example:90-80", /'90-80' is not a port/],
	[`connect=a.example:${"1,".repeat(64)}1`, /over 64 ports/],
	["connect=0x7f.1:80", /neither a name nor an address|did you/],
	["connect=127.0x1:80", /neither a name nor an address/],
	["udp=1.1.1.1", /the port is missing\n.*\nhelp: --net udp=1\.1\.1\.1:443/],
	["bind=localhost:80", /'localhost' is not an address/],
	["bind=127.0.0.1", /the port is missing/],
	["resolve=10.0.0.0/8", /is not a name of DNS/],
	["host=db", /the address is missing/],
	["host=db:there", /'there' is not an address/],
	["udb=1.1.1.1:53", /did you mean 'udp='\?/],
	["listen=localhost:80", /'localhost' is not an address/],
	["listen=127.0.0.1", /'' is not a port/],
	["listen=127.0.0.1:1-2", /'1-2' is not a port/],
	["resolve=", /'' is not a name of DNS/],
	["resolve=10.0.0.1", /is not a name of DNS/],
	["resolve=a..b", /is not a name of DNS/],
	[`resolve=${"a.".repeat(200_000)}`, /is not a name of DNS/],
];

for (const [text, expected] of RULES_REFUSED)
	test(`refused: --net ${text.slice(0, 40)}`, () => {
		assert.match(
			faultText(() => parseNetRule(text, ORIGIN)),
			expected,
		);
	});

const ADDRESSES: readonly (readonly [string, string | undefined])[] = [
	["127.0.0.1", "127.0.0.1"],
	["010.0.0.1", undefined],
	["::", "::"],
	["::ffff:1.2.3.4", "::ffff:102:304"],
	["fe80::1%eth0", undefined],
	["1.2.3.4.5", undefined],
	[":", undefined],
	["::g", undefined],
	["]", undefined],
];

for (const [text, expected] of ADDRESSES)
	test(`the address ${text}`, () => assert.equal(parseAddress(text), expected));
