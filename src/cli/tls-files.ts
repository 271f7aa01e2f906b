import { createPrivateKey, X509Certificate } from "node:crypto";
import { Fault } from "../base/fault.ts";
import { readFile } from "./registry/serve-login.ts";

/** A certificate with its key, in PEM. */
export interface TlsFiles {
	readonly cert: string;
	readonly key: string;
}

/**
 * Reads what `--tls-cert` and `--tls-key` name.
 *
 * @throws Fault USAGE where one is missing, FLAG_INVALID where they do not belong together
 */
export function tlsOf(asked: {
	readonly tlsCert: string | undefined;
	readonly tlsKey: string | undefined;
}): TlsFiles | undefined {
	const { tlsCert, tlsKey } = asked;
	if (tlsCert === undefined && tlsKey === undefined) return undefined;
	if (tlsCert === undefined || tlsKey === undefined)
		throw new Fault("USAGE", `the ${tlsCert === undefined ? "certificate" : "key"} for TLS is missing`, {
			help: "--tls-cert FILE --tls-key FILE",
		});
	const tls = { cert: readFile(tlsCert, "the certificate"), key: readFile(tlsKey, "the key") };
	checkPair(tls);
	return tls;
}

/** Node takes what is no certificate without a word, and then answers nobody. */
function checkPair({ cert, key }: TlsFiles): void {
	try {
		if (new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) return;
	} catch (cause) {
		throw invalidPair((cause as Error).message, cause);
	}
	throw invalidPair("the key is another certificate's");
}

function invalidPair(note: string, cause?: unknown): Fault {
	const help = "--tls-cert FILE --tls-key FILE";
	return new Fault("FLAG_INVALID", "cannot use the certificate with its key", { note, help, cause });
}
