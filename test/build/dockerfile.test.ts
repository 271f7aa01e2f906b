/** Dockerfiles, held to what buildah makes of the same ones. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryDirectory } from "../support/temporary.ts";
import { guest } from "../support/wherry.ts";
import { type Files, inspect, project } from "./project.ts";

const NO_BUILDAH = spawnSync("buildah", ["--version"]).status === 0 ? false : "buildah is not installed";

const SITE: Files = {
	"app.wasm": readFileSync(guest("wat/hello")),
	"sub/a.txt*": "a",
	"sub/b.md": "b",
	"static/s.html": "s",
	"static/deep/er/d": "d",
	"static/link": "-> s.html",
	"static/dangling": "-> nowhere",
	short: "-> static",
	"one-link": "-> sub/a.txt",
	secret: "not for the image",
};

/** Dockerfiles that both must understand alike. */
const alike: readonly (readonly [string, string, Files?])[] = [
	["the least", 'FROM scratch\nCOPY app.wasm /\nENTRYPOINT ["/app.wasm"]\n'],
	[
		"every instruction",
		`# escape=\\
ARG WHO=world
FROM scratch AS final
ARG WHO
ENV A=1 B="two words" \\
    # a comment

    C=$WHO-\${A:-unset}-\${A:+set}
ENV OLD the rest  of it
LABEL org.x="y" "a b"='c d' z=$A
WORKDIR /srv
WORKDIR www/../web
COPY app.wasm /
COPY static ./
EXPOSE 8080 53/udp
VOLUME ["/data", "/more"]
VOLUME /third /fourth
USER 1000:1000
STOPSIGNAL SIGTERM
ENTRYPOINT ["/app.wasm", "$A"]
CMD ["x", "\\u0041"]
`,
	],
	["a folder's contents", "FROM scratch\nCOPY static /a\nCOPY static/ /b/\nCOPY static/deep /a/deep2\n"],
	["the whole context", "FROM scratch\nCOPY . /all\n"],
	["links that are named", "FROM scratch\nCOPY short /lnk\nCOPY one-link /l\nCOPY short/s.html /s\n"],
	[
		"into folders and onto names",
		"FROM scratch\nCOPY sub/a.txt /x/\nCOPY sub/a.txt /y/z\nCOPY sub/b.md /x\n",
	],
	["patterns", "FROM scratch\nCOPY s*/*.?tml sub/[ab].* /p/\nCOPY sub/* /q/\n"],
	["JSON with blanks", 'FROM scratch\nCOPY ["sub/a.txt", "sub/b.md", "/a b/c/"]\n'],
	["relative places", "FROM scratch\nWORKDIR /w\nCOPY sub/a.txt x\nCOPY sub/b.md .\nCOPY static ./st\n"],
	["later over earlier", "FROM scratch\nCOPY sub/a.txt /f\nCOPY sub/b.md /f\nCOPY static /d\nCOPY sub /d\n"],
	[
		"through a link of the image",
		"FROM scratch\nCOPY links /\nCOPY sub/a.txt /to/x\n",
		{ "links/to": "-> /real", "links/real/k": "" },
	],
	["modes", "FROM scratch\nCOPY --chmod=755 sub/b.md /x\nCOPY --chmod=644 sub/a.txt /y\n"],
	["ADD of files", "FROM scratch\nADD sub/a.txt static /a/\n"],
	[
		".dockerignore",
		"FROM scratch\nCOPY . /all\n",
		{ ".dockerignore": "secret\n**/*.md\n!sub/b.md\nstatic/deep\n*link\n" },
	],
	[".dockerignore that keeps little", "FROM scratch\nCOPY . /all\n", { ".dockerignore": "*\n!sub/a.txt\n" }],
	["a command without an entry point", 'FROM scratch\nCMD ["/app.wasm"]\nCOPY app.wasm /\n'],
	["small letters", 'from scratch\ncopy app.wasm /\nentrypoint ["/app.wasm"]\n'],
];
for (const [name, dockerfile, more = {}] of alike)
	test(`as buildah builds it: ${name}`, { skip: NO_BUILDAH }, (context) => {
		const place = project(context, { ...SITE, ...more, Dockerfile: dockerfile });
		const built = place.wherry(["build", "-t", "image"]);
		assert.equal(built.status, 0, built.stderr);
		const theirs = buildahBuild(context, place.folder);
		const ours = { layout: place.store, name: "docker.io/library/image:latest" };
		assert.deepEqual(countingFields(ours), countingFields(theirs));
		assert.deepEqual(filesOf(context, ours), filesOf(context, theirs));
	});

interface Built {
	readonly layout: string;
	readonly name: string;
}

function buildahBuild(context: TestContext, folder: string): Built {
	const top = temporaryDirectory(context);
	const own = ["--root", join(top, "root"), "--runroot", join(top, "run"), "--storage-driver", "vfs"];
	const layout = join(top, "out");
	const words = [
		...own,
		"bud",
		"--isolation",
		"chroot",
		"-q",
		"--timestamp",
		"0",
		"-t",
		`oci:${layout}:image`,
		folder,
	];
	const { status, stderr } = spawnSync("buildah", words, { encoding: "utf8" });
	assert.equal(status, 0, stderr);
	return { layout, name: "image" };
}

interface ConfigFields {
	readonly Env?: readonly string[];
	readonly Labels?: Readonly<Record<string, string>>;
	readonly WorkingDir?: string;
}

/** All of the config but what must differ: PATH, of which a wasm program has no use, and buildah's own label. */
function countingFields({ layout, name }: Built): object {
	const config = inspect(layout, name, "--config")["config"];
	const { Env = [], Labels = {}, WorkingDir = "/", ...rest } = config as ConfigFields;
	const labels = Object.entries(Labels).filter(([label]) => label !== "io.buildah.version");
	return {
		...rest,
		WorkingDir,
		Env: Env.filter((one) => !one.startsWith("PATH=")),
		Labels: Object.fromEntries(labels),
	};
}

/** Every path of the layers laid over each other by tar: kind, whether it is executable, content or target. */
function filesOf(context: TestContext, { layout, name }: Built): readonly string[] {
	const root = temporaryDirectory(context);
	const layers = inspect(layout, name, "--raw")["layers"] as readonly { digest: string }[];
	for (const { digest } of layers) {
		const blob = join(layout, "blobs", digest.replace(":", "/"));
		assert.equal(spawnSync("tar", ["-xf", blob, "-C", root]).status, 0);
	}
	const paths = readdirSync(root, { recursive: true, encoding: "utf8" }).sort();
	return paths.map((path) => `${path} ${describe(join(root, path))}`);
}

function describe(path: string): string {
	const stats = lstatSync(path);
	if (stats.isSymbolicLink()) return `-> ${readlinkSync(path)}`;
	if (stats.isDirectory()) return "folder";
	const kind = (stats.mode & 0o111) === 0 ? "file" : "program";
	return `${kind} ${readFileSync(path, "latin1").slice(0, 40)}`;
}

test("an image of a Dockerfile runs", (context) => {
	const place = project(context, {
		...SITE,
		Dockerfile: 'FROM scratch\nCOPY app.wasm /\nENTRYPOINT ["/app.wasm"]\n',
	});
	assert.equal(place.wherry(["build", "-t", "image"]).stderr, "");
	assert.equal(place.wherry(["run", "image"]).stdout.toString(), "hello\n");
	assert.ok(readdirSync(place.store).includes("index.json"));
});

test("--build-arg goes before the default, and one that nobody asks for is told", (context) => {
	const place = project(context, {
		Dockerfile:
			"ARG T=a\nARG HIDDEN=1\nFROM scratch\nARG T\nARG P=$TARGETPLATFORM\nARG TARGETOS\nENV E=$T-$TARGETOS-$HIDDEN\n",
	});
	const built = place.wherry(["build", "-t", "x", "--build-arg", "T=b", "--build-arg", "N=1"]);
	assert.equal(built.stderr, "note: --build-arg N was not used: no ARG names it\n");
	const config = inspect(place.store, "docker.io/library/x:latest", "--config")["config"] as ConfigFields;
	assert.deepEqual(config.Env, ["E=b-wasi-"]);
});

test("a Dockerfile that is named is followed, with the .dockerignore of its name", (context) => {
	const place = project(context, {
		...SITE,
		"docker/ship": "FROM scratch\nCOPY . /all\n",
		"docker/ship.dockerignore": "*\n!secret\n",
		".dockerignore": "secret\n",
	});
	assert.equal(place.wherry(["build", "-t", "x", "-f", "docker/ship"]).stderr, "");
	assert.deepEqual(filesOf(context, { layout: place.store, name: "docker.io/library/x:latest" }), [
		"all folder",
		"all/secret file not for the image",
	]);
});

const refused: readonly (readonly [string, string, RegExp])[] = [
	["another base", "FROM debian\n", /Dockerfile:1: it starts from 'debian'[^]*help: FROM scratch/],
	["a second stage", "FROM scratch\nFROM scratch\n", /:2: a second FROM begins another stage/],
	["RUN", "FROM scratch\n\nRUN make\n", /:3: RUN needs a system[^]*help: run it before/],
	["COPY --from", "FROM scratch\nCOPY --from=build /a /b\n", /:2: it copies from another stage/],
	[
		"the shell form",
		"FROM scratch\nENTRYPOINT /app.wasm --x\n",
		/:2: [^]*ENTRYPOINT \["\/app\.wasm","--x"\]/,
	],
	["the shell form of CMD", "FROM scratch\nCMD serve\n", /:2: CMD without \[\.\.\.\]/],
	["a here-document", "FROM scratch\nCOPY <<EOF /a\n", /here-document.*\nhelp: COPY file.txt \/a /],
	[
		"ADD of an address",
		"FROM scratch\nADD https://example.org/a /a\n",
		/something of the network.*\nhelp: curl -fLO https:\/\/example.org\/a\nhelp: COPY a \/a\n/,
	],
	["ADD of an archive", "FROM scratch\nADD a.tar /a\n", /ADD would unpack 'a\.tar'/],
	["a source that is not there", "FROM scratch\nCOPY no /a\n", /:2: there is no 'no'/],
	["a pattern for nothing", "FROM scratch\nCOPY no* /a\n", /:2: there is no 'no\*'/],
	["a source outside", "FROM scratch\nCOPY ../../../etc/passwd /a\n", /there is no/],
	[
		"a link to outside",
		"FROM scratch\nCOPY out /a\n",
		/'out' is a link to '\/etc\/hostname', which leads to nothing/,
	],
	["what .dockerignore leaves out", "FROM scratch\nCOPY hidden /a\n", /there is no 'hidden'/],
	["many into a name", "FROM scratch\nCOPY app.wasm secret /a\n", /must then end in '\/'/],
	["an unknown flag", "FROM scratch\nCOPY --parents a /a\n", /COPY has no flag '--parents'/],
	["a mode that is none", "FROM scratch\nCOPY --chmod=u+x secret /a\n", /no mode/],
	["no FROM", "COPY a b\n", /:1: COPY stands before FROM/],
	["nothing", "", /it has no FROM/],
	[
		"an instruction that is none",
		"FROM scratch\nCOPPY a b\n",
		/:2: there is no instruction 'COPPY'.*\nhelp: COPY\n/,
	],
	["a port that is none", "FROM scratch\nEXPOSE 70000\n", /no port/],
	["a quote left open", 'FROM scratch\nENV A="b\n', /:2: a " is not closed/],
	["a file where a folder is", "FROM scratch\nCOPY sub /a\nCOPY secret /a/a.txt/x\n", /in the way/],
];
for (const [name, dockerfile, expected] of refused)
	test(`a Dockerfile is refused: ${name}`, (context) => {
		const place = project(context, {
			...SITE,
			Dockerfile: dockerfile,
			".dockerignore": "hidden\n",
			hidden: "",
			out: "-> /etc/hostname",
			"a.tar": Buffer.concat([Buffer.alloc(257), Buffer.from("ustar\0"), Buffer.alloc(249)]),
		});
		const ended = place.wherry(["build", "-t", "x", "-f", "Dockerfile"]);
		assert.match(ended.stderr, expected);
		assert.match(ended.stderr, /BUILD_FILE_INVALID/);
		assert.equal(ended.status, 125);
	});
