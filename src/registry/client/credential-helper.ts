/** Programs that keep logins: `docker-credential-NAME` (docker/docker-credential-helpers, README). */
import { spawn } from "node:child_process";
import { Fault } from "../../base/fault.ts";
import type { Credentials } from "./credentials.ts";
import { ownObject } from "./json.ts";

const ANSWER_BYTES_MAX = 64 << 10;
/** A helper may ask the person to unlock something. */
const WAIT_MS = 120_000;
/** A name with a slash in it would be another program. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** What stands for a name beside an identity token. */
const TOKEN_USERNAME = "<token>";

/**
 * What a helper keeps for a server; undefined when it says that there is nothing.
 *
 * @throws Fault CREDENTIALS_INVALID when it is missing, fails, or answers something else
 */
export async function getFromHelper(name: string, server: string): Promise<Credentials | undefined> {
	const { status, stdout, said } = await ask(name, "get", server);
	// the protocol's words for it: helpers write them to standard output, and end with 1
	if (status !== 0 && /credentials not found/i.test(said)) return undefined;
	const answer = status === 0 ? ownObject(stdout) : undefined;
	const { Username, Secret } = answer ?? {};
	if (typeof Username !== "string" || typeof Secret !== "string") throw failed(name, "get", status, said);
	const from = `docker-credential-${name}`;
	if (Username === TOKEN_USERNAME) return { kind: "identity", token: Secret, from };
	return { kind: "password", username: Username, password: Secret, from };
}

/** Hands a login to a helper. */
export async function storeInHelper(
	name: string,
	server: string,
	username: string,
	password: string,
): Promise<void> {
	const text = JSON.stringify({ ServerURL: server, Username: username, Secret: password });
	const { status, said } = await ask(name, "store", text);
	if (status !== 0) throw failed(name, "store", status, said);
}

/** Has a helper forget a login; false when it knew none. */
export async function eraseFromHelper(name: string, server: string): Promise<boolean> {
	if ((await getFromHelper(name, server)) === undefined) return false;
	const { status, said } = await ask(name, "erase", server);
	if (status !== 0) throw failed(name, "erase", status, said);
	return true;
}

interface HelperAnswer {
	readonly status: number | null;
	readonly stdout: Buffer;
	/** Both streams. */
	readonly said: string;
}

function ask(name: string, verb: "get" | "store" | "erase", input: string): Promise<HelperAnswer> {
	if (!NAME.test(name))
		throw new Fault("CREDENTIALS_INVALID", `cannot ask a credential helper named '${name.slice(0, 64)}'`, {
			note: "a name has letters, digits, '.', '_' and '-'; it came from credsStore or credHelpers",
		});
	return new Promise((settle, refuse) => {
		const program = `docker-credential-${name}`;
		const child = spawn(program, [verb], { stdio: "pipe" });
		// what it started itself may hold its streams: they are closed from here
		const stop = (): void => {
			child.kill("SIGKILL");
			child.stdout.destroy();
			child.stderr.destroy();
		};
		const timer = setTimeout(stop, WAIT_MS);
		const stdout: Buffer[] = [];
		const stderr: Buffer[] = [];
		let size = 0;
		const take = (into: Buffer[]) => (piece: Buffer) => {
			size += piece.length;
			if (size > ANSWER_BYTES_MAX) stop();
			else into.push(piece);
		};
		child.stdout.on("data", take(stdout));
		child.stderr.on("data", take(stderr));
		child.stdin.on("error", () => undefined); // it may end before it has read all
		child.stdin.end(input);
		child.on("error", (cause) => {
			clearTimeout(timer);
			refuse(missing(program, cause));
		});
		child.on("close", (status) => {
			clearTimeout(timer);
			settle({
				status,
				stdout: Buffer.concat(stdout),
				said: Buffer.concat([...stdout, ...stderr]).toString(),
			});
		});
	});
}

function missing(program: string, cause: Error): Fault {
	return new Fault("CREDENTIALS_INVALID", `cannot ask '${program}'`, {
		note: [`the system says: ${cause.message}`, "docker's config.json names it in credsStore or credHelpers"],
		help: "take it out of ~/.docker/config.json, or install it",
		cause,
	});
}

/** Of `get` nothing that it wrote is shown: it may be a secret. */
function failed(name: string, verb: string, status: number | null, said: string): Fault {
	const words =
		verb === "get" && status === 0 ? "its answer is not of the protocol's form" : said.trim().slice(0, 300);
	return new Fault("CREDENTIALS_INVALID", `'docker-credential-${name} ${verb}' failed`, {
		note: [`it ended with status ${status ?? "of a signal"}`, ...(words === "" ? [] : [`it says: ${words}`])],
	});
}
