import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { faultText } from "../../test/support/fault.ts";
import { Fault } from "../base/fault.ts";
import { entryNamed, parseIndexFile, spellings } from "./index-file.ts";
import { NAME_ANNOTATION } from "./layout.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const MANIFEST = { mediaType: "application/vnd.oci.image.manifest.v1+json", digest: DIGEST, size: 2 };

function indexWith(...manifests: readonly unknown[]): string {
	return JSON.stringify({ schemaVersion: 2, manifests });
}

const named = (name: string) => ({ ...MANIFEST, annotations: { [NAME_ANNOTATION]: name } });

const FOUND: readonly (readonly [asked: string, written: string, isIt: boolean])[] = [
	["docker.io/library/hello:latest", "docker.io/library/hello:latest", true],
	["docker.io/library/hello:latest", "hello:latest", true],
	["docker.io/library/hello:latest", "hello", true],
	["docker.io/library/hello:latest", "library/hello", true],
	["docker.io/team/hello:1", "team/hello:1", true],
	["docker.io/team/hello:1", "hello:1", false],
	["docker.io/library/hello:1", "hello", false],
	["127.0.0.1:5000/a/b:latest", "127.0.0.1:5000/a/b", true],
	["127.0.0.1:5000/a/b:latest", "a/b:latest", false],
	[`docker.io/library/hello@${DIGEST}`, `hello@${DIGEST}`, true],
	["docker.io/library/hello:latest", "__proto__", false],
];

for (const [asked, written, isIt] of FOUND)
	test(`'${asked}' is ${isIt ? "" : "not "}found where others wrote '${written}'`, () => {
		const entry = entryNamed(parseIndexFile(indexWith(named(written)), "store"), asked);
		assert.equal(entry !== undefined, isIt);
	});

test("the whole name counts before what others shortened", () => {
	const whole = { ...named("docker.io/library/hello:latest"), size: 1 };
	const index = parseIndexFile(indexWith(whole, named("hello")), "store");
	assert.equal(entryNamed(index, "docker.io/library/hello:latest")?.descriptor.size, 1);
	assert.deepEqual(spellings("localhost/a:latest"), ["localhost/a:latest", "localhost/a"]);
});

const ENTRIES: readonly (readonly [string, unknown, number])[] = [
	["a descriptor alone", MANIFEST, 1],
	["odd annotations", { ...MANIFEST, annotations: { constructor: 1, [NAME_ANNOTATION]: 7 } }, 1],
	["annotations that are a list", { ...MANIFEST, annotations: [] }, 1],
	["a digest of no kind that is known", { ...MANIFEST, digest: "md5:00" }, 0],
	["a digest that leads out of the folder", { ...MANIFEST, digest: "sha256:../../../etc/passwd" }, 0],
	["a size below nothing", { ...MANIFEST, size: -1 }, 0],
	["a size that is text", { ...MANIFEST, size: "2" }, 0],
	["no media type", { digest: DIGEST, size: 2 }, 0],
	["null", null, 0],
	["text", "manifest", 0],
];

for (const [what, entry, count] of ENTRIES)
	test(`an entry that is ${what} is ${count === 0 ? "passed over" : "read"}`, () =>
		assert.equal(parseIndexFile(indexWith(entry), "store").entries.length, count));

for (const text of [
	"",
	"[",
	"[]",
	"null",
	"{}",
	'{"manifests":{}}',
	'{"__proto__":{"manifests":[]}}',
	indexWith(...Array.from({ length: 10_001 }, () => MANIFEST)),
])
	test(`an index that is ${text.slice(0, 40)} is refused`, () =>
		assert.match(
			faultText(() => parseIndexFile(text, "/images")),
			/STORE_INVALID/,
		));

test("any text is an index or a Fault", () => {
	fc.assert(
		fc.property(
			fc.oneof(
				fc.string(),
				fc.json(),
				fc.array(fc.jsonValue()).map((list) => indexWith(...list)),
			),
			(text) => {
				try {
					for (const { descriptor } of parseIndexFile(text, "store").entries)
						assert.match(descriptor.digest, /^sha(256|512):/);
				} catch (error) {
					assert.ok(error instanceof Fault);
				}
			},
		),
	);
});
