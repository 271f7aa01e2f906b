import { Fault } from "../../base/fault.ts";
import { Authority, type Scope } from "./authority.ts";
import { parseChallenges } from "./challenge.ts";
import type { CredentialSource } from "./credentials.ts";
import { type Answer, type Exchange, exchange, Unreachable } from "./exchange.ts";
import { readRefusal, unexpected } from "./failure.ts";
import { CLIENT_LIMITS, type ClientLimits, REDIRECTS_MAX } from "./limits.ts";
import { originOf, parsePlace } from "./origin.ts";
import { isBusy, isPassing, pause } from "./retry.ts";

export interface RegistryOptions {
	readonly credentials: CredentialSource;
	/** Hosts that may be spoken to without encryption; those of this machine always may. */
	readonly insecure?: ReadonlySet<string>;
	readonly limits?: Partial<ClientLimits>;
	/** For a login: what credentials may not do is not tried as nobody. */
	readonly isLogin?: boolean;
	/** Ends all that goes on. */
	readonly signal?: AbortSignal | undefined;
}

/** A request to a registry. */
export interface RegistryRequest extends Pick<
	Exchange,
	"method" | "headers" | "body" | "within_ms" | "signal"
> {
	/** A path (`/v2/app/tags/list`), or a place that the registry named and `place` answered. */
	readonly to: string | URL;
	readonly scope?: Scope;
	/** Not sent again by itself: the sender has to look first what has arrived. */
	readonly once?: boolean;
}

/** One registry: says who asks, follows redirects, tries again. Several repositories share it. */
export class Registry {
	readonly host: string;
	readonly limits: ClientLimits;
	readonly signal: AbortSignal | undefined;
	#origin: URL;
	/** Whether it speaks TLS after all, once that was asked; false as well once it has answered in plain. */
	#isEncrypted: Promise<boolean> | undefined;
	readonly #authority: Authority;

	/** @throws Fault REFERENCE_INVALID for a host that is none */
	constructor(host: string, options: RegistryOptions) {
		this.host = host;
		this.limits = { ...CLIENT_LIMITS, ...options.limits };
		this.signal = options.signal;
		this.#origin = originOf(host, options.insecure ?? new Set());
		this.#authority = new Authority(
			host,
			() => this.#origin,
			options.credentials,
			this.limits,
			options.isLogin === true,
		);
	}

	/**
	 * Sends, as often as `limits` allow where it fails in a way that may pass; an answer of any other status
	 * than 401 is the caller's.
	 *
	 * @throws Fault REGISTRY_UNREACHABLE, REGISTRY_DENIED, REGISTRY_ERROR
	 */
	async send(request: RegistryRequest): Promise<Answer> {
		for (let failures = 1; ; failures++) {
			const isLast = request.once === true || failures >= this.limits.attempts;
			let retryAfter: string | null = null;
			try {
				const answer = await this.#sendAuthorised(request);
				if (answer.status === 400 && (await this.#turnsOutEncrypted())) continue;
				this.#isEncrypted ??= Promise.resolve(false);
				if (isLast || !isBusy(answer.status)) return answer;
				retryAfter = answer.headers.get("retry-after");
				await answer.discard();
			} catch (error) {
				if (error instanceof Unreachable && error.misunderstood && (await this.#turnsOutEncrypted()))
					continue;
				if (isLast || !isPassing(error)) throw error;
			}
			await pause(failures, this.limits, retryAfter, this.#signalFor(request));
		}
	}

	/**
	 * Asks whether it is a registry, and takes us for whom we say we are.
	 *
	 * @throws Fault as `send`
	 */
	async greet(): Promise<void> {
		const answer = await this.send({ method: "GET", to: "/v2/" });
		if (answer.status === 403) throw await this.denied(answer);
		if (answer.status !== 200) throw unexpected("log in", this.host, await readRefusal(answer));
		await answer.discard();
	}

	/**
	 * A registry that we speak to in plain may want TLS all the same: Go's servers answer 400 then, others
	 * hang up. Asked once, before anything was said but a request; its certificate has to be good.
	 */
	async #turnsOutEncrypted(): Promise<boolean> {
		if (this.#origin.protocol === "https:") return false;
		this.#isEncrypted ??= this.#askEncrypted();
		return this.#isEncrypted;
	}

	async #askEncrypted(): Promise<boolean> {
		const origin = new URL(this.#origin);
		origin.protocol = "https:";
		try {
			const answer = await exchange(
				{ method: "GET", url: new URL("/v2/", origin), signal: this.signal },
				this.limits,
			);
			await answer.discard();
		} catch (error) {
			// who has a certificate speaks TLS, and what is wrong with it is to be told
			if (error instanceof Unreachable && error.notes.some((note) => note.includes("certificate")))
				throw error;
			return false;
		}
		this.#origin = origin;
		return true;
	}

	/** A place that an answer of this registry names, checked. */
	place(answer: Answer, header: "location"): URL {
		return parsePlace(answer.headers.get(header), answer.url, this.#origin, "place");
	}

	/** The error for an answer with status 403. */
	async denied(answer: Answer): Promise<unknown> {
		const { says } = await readRefusal(answer);
		return this.#authority.denied(`it answered with status ${answer.status}: ${says.join("; ")}`);
	}

	#signalFor({ signal }: RegistryRequest): AbortSignal | undefined {
		if (signal === undefined || this.signal === undefined) return signal ?? this.signal;
		return AbortSignal.any([signal, this.signal]);
	}

	async #sendAuthorised(request: RegistryRequest): Promise<Answer> {
		const { to, scope } = request;
		const url = typeof to === "string" ? new URL(to, this.#origin) : to;
		const isOurs = url.origin === this.#origin.origin;
		for (let round = 1; ; round++) {
			const words = isOurs ? await this.#authority.header(scope, this.#signalFor(request)) : undefined;
			const authorization = words === undefined ? {} : { authorization: words };
			const headers = { ...request.headers, ...authorization };
			const answer = await this.#follow({ ...request, url, headers, signal: this.#signalFor(request) });
			// elsewhere, nobody may ask us who we are
			if (answer.status !== 401 || answer.url.origin !== this.#origin.origin) return answer;
			await this.#answerChallenge(answer, scope, words, round);
		}
	}

	async #answerChallenge(
		answer: Answer,
		scope: Scope | undefined,
		words: string | undefined,
		round: number,
	): Promise<void> {
		const challenges = parseChallenges(answer.headers.get("www-authenticate"));
		const hasMore = round < ROUNDS_MAX && (await this.#authority.refused(challenges, scope, words));
		if (!hasMore) throw await this.denied(answer);
		await answer.discard();
	}

	async #follow(first: Exchange): Promise<Answer> {
		let request = first;
		for (let hops = 0; ; hops++) {
			const answer = await exchange(request, this.limits);
			if (!REDIRECTS.has(answer.status) || !(first.method === "GET" || first.method === "HEAD"))
				return answer;
			await answer.discard();
			if (hops >= REDIRECTS_MAX) throw tooManyRedirects(this.host);
			const url = parsePlace(answer.headers.get("location"), answer.url, this.#origin, "redirect");
			request = sentOnTo(url, request);
		}
	}
}

/** Told nothing, told a token that has expired, told a new one. */
const ROUNDS_MAX = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The same request to another place; who we are is for nobody but the registry. */
function sentOnTo(url: URL, request: Exchange): Exchange {
	const { authorization, ...headers } = request.headers ?? {};
	const isSame = url.origin === request.url.origin && authorization !== undefined;
	return { ...request, url, headers: isSame ? { ...headers, authorization } : headers };
}

function tooManyRedirects(host: string): Fault {
	return new Fault("REGISTRY_ERROR", `the registry '${host}' sends us from place to place`, {
		note: `more than ${REDIRECTS_MAX} redirects are not followed`,
	});
}
