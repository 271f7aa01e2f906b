import { Fault } from "../../base/fault.ts";
import type { Challenge } from "./challenge.ts";
import { type Credentials, type CredentialSource, basicWord } from "./credentials.ts";
import { type Answer, exchange } from "./exchange.ts";
import type { ClientLimits } from "./limits.ts";
import { parsePlace } from "./origin.ts";
import { type Token, fetchToken } from "./token.ts";

/** What a request does to a repository: tokens are good for that alone. */
export interface Scope {
	readonly repository: string;
	readonly actions: "pull" | "pull,push" | "delete" | "*";
	/** Another repository of the registry, to read from: for a mount. */
	readonly from?: string;
}

/**
 * Finds the words that a registry wants to hear: nothing, Basic, or a token from its token server.
 * They are for the registry alone; whoever sends a request elsewhere leaves them out.
 */
export class Authority {
	readonly #origin: () => URL;
	readonly #host: string;
	readonly #source: CredentialSource;
	readonly #limits: ClientLimits;
	readonly #isLogin: boolean;
	/** By realm, service and scope. */
	readonly #tokens = new Map<string, Token>();
	/** The last demand: later requests meet it unasked. */
	#demand: Challenge | undefined;
	#basic: string | undefined;
	/** Where the credentials are from that the registry was told; for errors. */
	#told: string | undefined;
	#failure: unknown;

	/** @param isLogin nothing is tried as nobody */
	constructor(
		host: string,
		origin: () => URL,
		source: CredentialSource,
		limits: ClientLimits,
		isLogin: boolean,
	) {
		this.#isLogin = isLogin;
		this.#host = host;
		this.#origin = origin;
		this.#source = source;
		this.#limits = limits;
	}

	/** The Authorization for a request of this scope, as far as it is known without being asked for it. */
	async header(scope: Scope | undefined, signal?: AbortSignal): Promise<string | undefined> {
		if (this.#demand?.scheme === "bearer") return this.#bearer(this.#demand, scope, signal);
		return this.#basic;
	}

	/**
	 * Takes in that the registry refused `sent` (undefined: it was told nothing), and demands one of
	 * `challenges`. Answers whether there is something else to say to it: then ask `header` again.
	 */
	async refused(
		challenges: readonly Challenge[],
		scope: Scope | undefined,
		sent: string | undefined,
	): Promise<boolean> {
		const demand = challenges.find(({ scheme }) => scheme === "bearer") ?? basicOf(challenges);
		if (demand === undefined) return false;
		this.#demand = demand;
		if (demand.scheme === "bearer") {
			if (sent !== undefined) this.#tokens.delete(this.#keyOf(demand, scope));
			return true;
		}
		if (this.#basic !== undefined && this.#basic === sent) return false;
		const found = await this.#credentials(scope);
		if (found?.kind !== "password") return false;
		this.#basic = basicWord(found.username, found.password);
		return true;
	}

	async #bearer(demand: Challenge, scope: Scope | undefined, signal?: AbortSignal): Promise<string> {
		const key = this.#keyOf(demand, scope);
		let token = this.#tokens.get(key);
		if (token === undefined || token.until_ms <= performance.now()) {
			token = await this.#newToken(demand, scope, signal);
			this.#tokens.set(key, token);
		}
		return `Bearer ${token.text}`;
	}

	#keyOf({ parameters }: Challenge, scope: Scope | undefined): string {
		return JSON.stringify([parameters.get("realm"), parameters.get("service"), wordsOf(scope)]);
	}

	/** With the credentials there are; where those are stale, as nobody: much may be read by all. */
	async #newToken(demand: Challenge, scope: Scope | undefined, signal?: AbortSignal): Promise<Token> {
		const { parameters } = demand;
		const realm = parsePlace(parameters.get("realm") ?? null, this.#origin(), this.#origin(), "token server");
		const wish = {
			realm,
			service: parameters.get("service"),
			scopes: scopesOf(scope, parameters.get("scope")),
		};
		const send = (request: Parameters<typeof exchange>[0]): Promise<Answer> =>
			exchange({ ...request, signal }, this.#limits);
		const credentials = await this.#credentials(scope);
		const token = await fetchToken(wish, credentials, send);
		if (token !== undefined) return token;
		const open =
			credentials === undefined || this.#isLogin ? undefined : await fetchToken(wish, undefined, send);
		if (open !== undefined) return open;
		throw this.denied(`the token server '${realm.host}' gives no token for it`);
	}

	async #credentials(scope: Scope | undefined): Promise<Credentials | undefined> {
		try {
			const found = await this.#source(this.#host, scope?.repository ?? "");
			this.#told = found?.from;
			return found;
		} catch (failure) {
			// a broken helper must not stand before what everyone may read
			this.#failure = failure;
			return undefined;
		}
	}

	/** What to say when nothing more can be told to the registry. */
	denied(why: string): unknown {
		if (this.#failure !== undefined) return this.#failure;
		const told =
			this.#told === undefined
				? `no login for '${this.#host}' was found`
				: `it was told the login from ${this.#told}`;
		return new Fault("REGISTRY_DENIED", `'${this.#host}' refuses this`, {
			note: [why, told],
			help: `wherry login ${this.#host}`,
		});
	}
}

function basicOf(challenges: readonly Challenge[]): Challenge | undefined {
	return challenges.find(({ scheme }) => scheme === "basic");
}

function wordsOf(scope: Scope | undefined): string[] {
	if (scope === undefined) return [];
	const from = scope.from === undefined ? [] : [`repository:${scope.from}:pull`];
	return [`repository:${scope.repository}:${scope.actions}`, ...from];
}

const SCOPE_CHARACTERS_MAX = 1000;

/** Ours, and what the registry asks for beyond it: some call their repositories by other names. */
function scopesOf(scope: Scope | undefined, demanded = ""): string[] {
	const ours = wordsOf(scope);
	const theirs = demanded
		.slice(0, SCOPE_CHARACTERS_MAX)
		.split(" ")
		.filter((word) => word !== "" && !ours.includes(word));
	return [...ours, ...theirs];
}
