import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isPackageFile, packageOf } from "./packages.ts";

const METADATA =
	"Metadata-Version: 2.1\r\nName: Zope.Interface_X\r\nVersion: 5.0+local\r\n\r\nName: other\r\nVersion: 9\r\n";

/** A file's path, its text, and the package that it describes. */
const FILES: readonly (readonly [string, string, string | undefined])[] = [
	["/lib/zope-5.0.dist-info/METADATA", METADATA, "pkg:pypi/zope-interface-x@5.0%2Blocal"],
	["/lib/six.egg-info/PKG-INFO", "Name: six\nVersion: 1.16.0\n", "pkg:pypi/six@1.16.0"],
	["/lib/x.dist-info/METADATA", "Version: 1\n\nName: text", undefined],
	[
		"/app/node_modules/left-pad/package.json",
		'{"name":"left-pad","version":"1.3.0"}',
		"pkg:npm/left-pad@1.3.0",
	],
	["/node_modules/@a/b/package.json", '{"name":"@a/b","version":"1.0.0"}', "pkg:npm/%40a/b@1.0.0"],
	["/node_modules/a/package.json", '{"name":"a"}', "pkg:npm/a"],
	["/node_modules/a/package.json", "no json", undefined],
	["/node_modules/a/package.json", '{"name":{"__proto__":1}}', undefined],
];

for (const [path, text, expected] of FILES)
	test(`${path} with ${JSON.stringify(text.slice(0, 40))} is ${expected ?? "no package"}`, () => {
		assert.equal(isPackageFile(path), true);
		assert.equal(packageOf(path, new TextEncoder().encode(text))?.purl, expected);
	});

for (const path of [
	"/app/package.json",
	"/node_modules/a/lib/package.json",
	"/METADATA",
	"/a.dist-info/RECORD",
])
	test(`${path} is no package's file`, () => assert.equal(isPackageFile(path), false));

test("any bytes are a package or none", () => {
	fc.assert(
		fc.property(
			fc.constantFrom("/a.dist-info/METADATA", "/node_modules/a/package.json"),
			fc.uint8Array(),
			(path, bytes) => {
				packageOf(path, bytes);
			},
		),
	);
});
