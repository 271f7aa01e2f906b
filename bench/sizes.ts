/** How large a program is as an image of ours, and as containers of the usual kinds: what is pulled, compressed. */
import { spawnSync } from "node:child_process";
import {
	cpSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";

export interface Size {
	readonly label: string;
	/** What travels: layers, compressed by gzip where they are tars, and for ours config and manifest too. */
	readonly packed_bytes: number;
	/** What lies on the disk, unpacked. */
	readonly unpacked_bytes: number;
}

const root = resolve(import.meta.dirname, "..");
const build = join(root, "build/bench/sizes");
const wherry = join(root, "bin/wherry");

/** Of wc in C. What this machine cannot make is named by `missing`. */
export function imageSizes(missing: (what: string) => void): Size[] {
	rmSync(build, { recursive: true, force: true });
	mkdirSync(build, { recursive: true });
	const attempts: readonly (readonly [label: string, make: () => Size | string])[] = [
		["wherry, artifact", () => ours("wherry, artifact", join(root, "guests/c/wc.wasm"))],
		["wherry, image", () => ours("wherry, image", contextOf())],
		["scratch, static", () => theirs("scratch, static", scratch)],
		["distroless-like", () => theirs("distroless-like", distroless)],
		["Debian minbase", () => theirs("Debian minbase", debian)],
	];
	return attempts.flatMap(([label, make]) => {
		const made = make();
		if (typeof made !== "string") return made;
		missing(`size of ${label}: ${made}`);
		return [];
	});
}

function ours(label: string, source: string): Size | string {
	const env = { ...process.env, XDG_DATA_HOME: join(build, "data") };
	const built = spawnSync(wherry, ["build", "-q", "-t", "wc", source], { env, encoding: "utf8" });
	if (built.status !== 0) return built.stderr;
	const blobs = join(build, "data/wherry/images/blobs/sha256");
	const packed_bytes = bytesOf(blobs);
	rmSync(join(build, "data"), { recursive: true });
	return { label, packed_bytes, unpacked_bytes: statSync(join(root, "guests/c/wc.wasm")).size };
}

function contextOf(): string {
	const folder = join(build, "context");
	mkdirSync(folder, { recursive: true });
	cpSync(join(root, "guests/c/wc.wasm"), join(folder, "wc.wasm"));
	const lines = ["FROM scratch", "COPY wc.wasm /", 'ENTRYPOINT ["/wc.wasm"]', ""];
	writeFileSync(join(folder, "Dockerfile"), lines.join("\n"));
	return folder;
}

/** A folder that `make` fills, as a tar, as gzip -6 packs it. */
function theirs(label: string, make: (folder: string) => string | undefined): Size | string {
	const folder = join(build, "root");
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder);
	const failed = make(folder);
	if (failed !== undefined) return failed;
	const packed = spawnSync("sh", ["-c", 'tar -C "$1" -c . | gzip -6 | wc -c', "sh", folder], {
		encoding: "utf8",
	});
	return { label, packed_bytes: Number(packed.stdout), unpacked_bytes: bytesOf(folder) };
}

function scratch(folder: string): string | undefined {
	return compile(join(folder, "wc"), "-static");
}

/** What Google's distroless/base holds: the C library, its loader, certificates, time zones, a few files of /etc. */
function distroless(folder: string): string | undefined {
	const program = join(folder, "usr/bin/wc");
	mkdirSync(dirname(program), { recursive: true });
	const failed = compile(program);
	if (failed !== undefined) return failed;
	const { stdout } = spawnSync("ldd", [program], { encoding: "utf8" });
	const libraries = [...stdout.matchAll(/(\/\S+)/g)].map((match) => match[1] ?? "");
	for (const file of [
		...libraries,
		...["libssl.so.3", "libcrypto.so.3"].map((name) => `/usr/lib/x86_64-linux-gnu/${name}`),
	])
		take(folder, file);
	for (const file of ["/etc/ssl/certs/ca-certificates.crt", "/usr/share/zoneinfo", "/etc/nsswitch.conf"])
		take(folder, file);
	return undefined;
}

function debian(folder: string): string | undefined {
	const { error, status, stderr } = spawnSync("mmdebstrap", ["--variant=minbase", "bookworm", folder], {
		encoding: "utf8",
	});
	if (error !== undefined) return "mmdebstrap is not installed";
	if (status !== 0) return `mmdebstrap failed: ${stderr.trim().split("\n").at(-1) ?? ""}`;
	rmSync(join(folder, "var/cache/apt"), { recursive: true, force: true });
	rmSync(join(folder, "var/lib/apt/lists"), { recursive: true, force: true });
	return compile(join(folder, "usr/bin/wc-ours"));
}

function compile(output: string, ...flags: string[]): string | undefined {
	const source = join(root, "guests/c/wc.c");
	const { status, stderr, error } = spawnSync("cc", ["-O2", "-s", ...flags, "-o", output, source], {
		encoding: "utf8",
	});
	return status === 0 ? undefined : `no C compiler, or it failed: ${stderr ?? error?.message}`;
}

/** A file or folder of this machine, at the same place below. */
function take(folder: string, path: string): void {
	if (!existsSync(path)) return;
	const to = join(folder, path);
	mkdirSync(dirname(to), { recursive: true });
	cpSync(path, to, { recursive: true, dereference: true });
}

/** Each file once; links are not followed: some of a root's lead to this machine's. */
function bytesOf(folder: string): number {
	const sizes = new Map<number, number>();
	const visit = (path: string): void => {
		const stat = lstatSync(path);
		if (stat.isDirectory()) for (const name of readdirSync(path)) visit(join(path, name));
		else if (stat.isFile()) sizes.set(stat.ino, stat.size);
	};
	visit(folder);
	return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
