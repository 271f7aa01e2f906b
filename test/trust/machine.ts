/** A user's machine in a folder: a store, pins, a policy, a lock, ready to be tampered with. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Repository } from "../../src/oci/content.ts";
import type { Digest } from "../../src/oci/digest.ts";
import { ImageStore } from "../../src/store/image-store.ts";
import { generateKey, publicKeyPem, type SigningKey } from "../../src/trust/keys.ts";
import { signImage } from "../../src/trust/sign-image.ts";
import { type Ended, guest, run } from "../support/wherry.ts";

/** What the images print. They have the same length, so that they differ in their bytes alone. */
export const SAYS = { app: "hello", newer: "newer", other: "other" } as const;

export class Machine {
	readonly folder: string;

	constructor(folder: string) {
		this.folder = folder;
	}

	/** Signs what a canonical repository has under a tag. */
	async sign(repository: string, tag: string, key: SigningKey): Promise<void> {
		const store = ImageStore.open(this.stored());
		const signed = store.repository(repository);
		const subject = await signed.resolve(tag);
		if (subject === undefined) throw new Error(`'${repository}:${tag}' is not there`);
		const reference = `${repository}:${tag}`;
		await signImage(signed, subject, key, { reference, annotations: {}, created: "2026-11-22T10:00:00Z" });
		store.close();
	}

	/** A file of this user's: `data/wherry/pins.json`. */
	path(...names: readonly string[]): string {
		return join(this.folder, ...names);
	}

	/** Of the store. */
	stored(...names: readonly string[]): string {
		return this.path("data", "wherry", "images", ...names);
	}

	blob(digest: string): string {
		return this.stored("blobs", digest.replace(":", "/"));
	}

	get env(): NodeJS.ProcessEnv {
		return {
			...process.env,
			HOME: this.folder,
			XDG_DATA_HOME: this.path("data"),
			XDG_CONFIG_HOME: this.path("config"),
			XDG_CACHE_HOME: this.path("cache"),
			XDG_RUNTIME_DIR: this.path("runtime"),
		};
	}

	/** Runs wherry as this user, in the folder `work`. */
	wherry(...words: readonly string[]): Ended {
		return run(words, { cwd: this.path("work"), env: this.env });
	}

	/** As `wherry`, of what has to work. */
	must(...words: readonly string[]): string {
		const { status, stdout, stderr } = this.wherry(...words);
		if (status === 0) return stdout.toString();
		throw new Error(`wherry ${words.join(" ")} ended with ${status}:\n${stderr}`);
	}

	get store(): ImageStore {
		return ImageStore.open(this.stored());
	}

	repository(name: string): Repository {
		return this.store.repository(name);
	}

	/** The digest that a name of docker.io/library has in the store. */
	async digest(name: string, tag = "latest"): Promise<Digest> {
		const found = await this.repository(`docker.io/library/${name}`).resolve(tag);
		if (found === undefined) throw new Error(`the store has no '${name}:${tag}'`);
		return found.digest;
	}

	/** The same machine anew, somewhere else. */
	copyTo(folder: string): Machine {
		cpSync(this.folder, folder, { recursive: true });
		return new Machine(folder);
	}
}

export interface Keys {
	readonly team: SigningKey;
	readonly somebody: SigningKey;
}

export async function newKeys(): Promise<Keys> {
	return { team: await generateKey(), somebody: await generateKey() };
}

/**
 * A machine with `app` built twice (what it was before lies in `older/`), `other`, an image with files
 * `site`, and `signed`, which a rule demands the team's key of. `app` and `signed` are locked in `work`.
 */
export async function prepareMachine(folder: string, keys: Keys): Promise<Machine> {
	const machine = new Machine(folder);
	for (const name of ["work", "older", "config/wherry"]) mkdirSync(machine.path(name), { recursive: true });
	for (const [name, text] of Object.entries(SAYS))
		writeFileSync(machine.path("work", `${name}.wasm`), programThatSays(text));
	writeFileSync(
		machine.path("work", "Dockerfile"),
		'FROM scratch\nCOPY other.wasm /app.wasm\nENTRYPOINT ["/app.wasm"]\n',
	);
	machine.must("build", "-t", "app", "app.wasm");
	machine.must("lock", "app");
	keepOlder(machine);
	machine.must("build", "-t", "app", "newer.wasm");
	machine.must("build", "-t", "other", "other.wasm");
	machine.must("build", "-t", "signed", "app.wasm");
	machine.must("build", "-t", "foreign", "other.wasm");
	machine.must("build", "-t", "site", ".");
	await signImages(machine, keys);
	machine.must("lock", "app", "signed");
	return machine;
}

function keepOlder(machine: Machine): void {
	const { path, stored } = { path: machine.path.bind(machine), stored: machine.stored.bind(machine) };
	cpSync(stored("index.json"), path("older", "index.json"));
	cpSync(path("data", "wherry", "pins.json"), path("older", "pins.json"));
	cpSync(path("work", "wherry.lock"), path("older", "wherry.lock"));
}

/** `signed` and `app` by the team, `foreign` by somebody else; a rule demands the team's of `signed`. */
async function signImages(machine: Machine, { team, somebody }: Keys): Promise<void> {
	await machine.sign("docker.io/library/signed", "latest", team);
	await machine.sign("docker.io/library/app", "latest", team);
	await machine.sign("docker.io/library/foreign", "latest", somebody);
	writeFileSync(machine.path("work", "somebody.pub"), publicKeyPem(somebody.publicKey));
	writeFileSync(machine.path("work", "team.pub"), publicKeyPem(team.publicKey));
	machine.must("trust", "rule", "signed", "--key", "team.pub");
}

/** Our own hello, that says another word of five letters. */
function programThatSays(word: string): Buffer {
	const bytes = readFileSync(guest("wat/hello"));
	bytes.write(word, bytes.indexOf("hello"));
	return bytes;
}
