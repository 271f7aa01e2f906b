import assert from "node:assert/strict";
import { test } from "node:test";
import { faultText } from "../../test/support/fault.ts";
import type { Mount, Origin } from "./grants.ts";
import { parseMount } from "./mount-csv.ts";
import { parseDir, parseTmpfs, parseVolume } from "./mounts.ts";

const ORIGIN: Origin = { where: "a flag" };
const PARSERS = { v: parseVolume, dir: parseDir, tmpfs: parseTmpfs, mount: parseMount };
type Flag = keyof typeof PARSERS;

/** "HOST > GUEST ro", "64m > GUEST rw". */
function told(mount: Mount): string {
	const from = mount.type === "bind" ? mount.host : String(mount.size_bytes);
	assert.equal(mount.origin, ORIGIN);
	return `${from} > ${mount.guest} ${mount.readOnly ? "ro" : "rw"}`;
}

const READ: readonly (readonly [Flag, string, string])[] = [
	["v", "./data:/data", "./data > /data rw"],
	["v", "./data:/data:ro", "./data > /data ro"],
	["v", "./data:/data:rw", "./data > /data rw"],
	["v", "/abs/x:y/z/", "/abs/x > /y/z rw"],
	["v", ".:/", ". > / rw"],
	["v", "..:/up:ro", ".. > /up ro"],
	["v", "./a:/a:ro,Z", "./a > /a ro"],
	["v", "./a:/a:z", "./a > /a rw"],
	["v", "./a.txt:/in/a.txt:ro", "./a.txt > /in/a.txt ro"],
	["v", "C:\\x:/data", "C:\\x > /data rw"],
	["v", "C:\\x:/data:ro", "C:\\x > /data ro"],
	["v", "C:/x:/data:ro", "C:/x > /data ro"],
	["v", "./__proto__:/__proto__", "./__proto__ > /__proto__ rw"],
	["dir", ".", ". > . rw"],
	["dir", "data", "data > /data rw"],
	["dir", "./data/", "./data/ > /data rw"],
	["dir", "/etc/passwd", "/etc/passwd > /etc/passwd rw"],
	["dir", "..::/up", ".. > /up rw"],
	["dir", "data::/data", "data > /data rw"],
	["dir", "data::.", "data > . rw"],
	["dir", "data::/data:ro", "data > /data ro"],
	["dir", "a:b::/data", "a:b > /data rw"],
	["dir", "C:\\x::/data", "C:\\x > /data rw"],
	["dir", "./data:/data:ro", "./data > /data ro"],
	["dir", "data:/data", "data > /data rw"],
	["tmpfs", "/tmp", "67108864 > /tmp rw"],
	["tmpfs", "/tmp:size=1m", "1048576 > /tmp rw"],
	["tmpfs", "/tmp:rw,noexec,nosuid,nodev,size=65536k,mode=1777", "67108864 > /tmp rw"],
	["tmpfs", "/tmp:ro", "67108864 > /tmp ro"],
	["mount", "type=bind,source=./a,target=/a", "./a > /a rw"],
	["mount", "type=bind,src=./a,dst=/a,ro", "./a > /a ro"],
	["mount", "type=bind,src=./a,destination=/a,readonly=true", "./a > /a ro"],
	["mount", "TYPE=bind,src=./a,dst=/a,readonly=false", "./a > /a rw"],
	["mount", 'type=bind,"source=./a,b:c",target=/a,ro=1', "./a,b:c > /a ro"],
	["mount", 'type=bind,"source=./say ""x""",target=/a', './say "x" > /a rw'],
	["mount", "type=bind,source=./a=b,target=/a,consistency=cached", "./a=b > /a rw"],
	["mount", "type=tmpfs,target=/tmp,tmpfs-size=1m,tmpfs-mode=1777", "1048576 > /tmp rw"],
	["mount", "type=tmpfs,dst=/tmp,readonly", "67108864 > /tmp ro"],
];

for (const [flag, text, expected] of READ)
	test(`${flag} ${text}`, () => assert.equal(told(PARSERS[flag](text, ORIGIN)), expected));

const REFUSED: readonly (readonly [Flag, string, RegExp])[] = [
	["v", "", /the path inside the guest is missing/],
	["v", "./data", /the path inside the guest is missing\n.*\nhelp: -v \.\/data:\/data:ro\n/],
	["v", "data", /help: -v \.\/data:\/data:ro\n/],
	["v", "./my data", /help: -v '\.\/my data:\/my data:ro'\n/],
	["v", "data:/data:rx", /'rx' is neither ro nor rw/],
	["v", "data:rel/:ro", /help: -v \.\/data:\/rel:ro\n/],
	["v", "/a/b", /help: -v \/a\/b:\/b:ro\n/],
	["v", "data:/data", /'data' is a volume's name.*\n.*\nhelp: -v \.\/data:\/data\n/],
	["v", "data:/data:ro", /help: -v \.\/data:\/data:ro\n/],
	["v", ":/data", /the host's path is empty/],
	["v", "./data:", /the guest path is empty/],
	["v", "./data:/data:rx", /'rx' is neither ro nor rw/],
	["v", "./data:/data:", /'' is neither ro nor rw/],
	["v", "./a:/b:/c:ro", /too many ':'/],
	["v", "./a:/../b", /cannot hold '\.\.'/],
	["v", "~/a:/b", /did not expand the '~'/],
	["v", `${"./x".repeat(2000)}:/b`, /at most 4095 bytes/],
	["v", "./a\0:/b", /a path cannot hold a NUL/],
	["dir", "", /the host's path is empty/],
	["dir", "../x", /needs a name inside the guest\n.*\nhelp: --dir \.\.\/x::\/x\n/],
	["dir", "C:\\x", /needs a name inside the guest\n.*\nhelp: --dir 'C:\\x::\/x'\n/],
	["dir", "x::/y:ro:z", /too many ':'/],
	["dir", "./data:/data:rx", /'rx' is neither ro nor rw/],
	["tmpfs", "", /the guest path is empty/],
	["tmpfs", "/tmp:size=0", /'0' is not a size/],
	["tmpfs", "/tmp:size=x", /'x' is not a size/],
	["tmpfs", "/tmp:size=65g", /at most 64g/],
	["tmpfs", "/tmp:sise=64m", /'sise=64m' is not an option of a tmpfs/],
	["tmpfs", "/tmp:exec", /'exec' is not an option of a tmpfs; there are size=, ro, rw/],
	["mount", "", /'' is not a key of a mount/],
	["mount", "source=./a,target=/a", /the type, bind or tmpfs, is missing/],
	["mount", "type=volume,source=a,target=/a", /named volume/],
	["mount", "type=nfs,source=a,target=/a", /'nfs' is neither bind nor tmpfs/],
	["mount", "type=bind,target=/a", /the source, the path on the host, is missing/],
	["mount", "type=bind,source=./a", /the target, the path inside the guest, is missing/],
	["mount", "type=tmpfs,source=./a,target=/a", /a tmpfs has no source/],
	["mount", "type=bind,source=./a,target=/a,tmpfs-size=1m", /only a tmpfs has a tmpfs-size/],
	["mount", "type=bind,sorce=./a,target=/a", /'sorce' is not a key of a mount; did you mean 'source'\?/],
	["mount", "type=bind,source=./a,target=/a,ro=maybe", /'maybe' is neither true nor false/],
	["mount", 'type=bind,"source=./a,target=/a', /a quote in it is not closed/],
	["mount", "__proto__=1", /'__proto__' is not a key of a mount/],
];

for (const [flag, text, expected] of REFUSED)
	test(`refused: ${flag} ${JSON.stringify(text.slice(0, 40))}`, () => {
		const fault = faultText(() => PARSERS[flag](text, ORIGIN));
		assert.match(fault, /^error: cannot read '.* \[GRANT_INVALID\]\nnote: /);
		assert.match(fault, expected);
	});

test("a wrong volume is explained whole", () => {
	assert.equal(
		faultText(() => parseDir("./data:/data:rx", ORIGIN)),
		`error: cannot read './data:/data:rx' as a directory grant [GRANT_INVALID]
note: 'rx' is neither ro nor rw
note: the form is HOST[::GUEST] or HOST:GUEST[:ro|rw]
help: --dir ./data:/data:rw
`,
	);
});
