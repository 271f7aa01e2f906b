/** containers' policy.json (containers-policy.json(5)): what of it we can enforce. The rest is refused. */
import { orList } from "../base/near.ts";
import { fromBase64 } from "../base/base64.ts";
import type { JsonObject } from "../oci/json.ts";
import { containersScope, SCOPE_LENGTH_MAX } from "./name-scope.ts";
import { demandKnown, keyOf, lineOf, policyFault, type PolicyText } from "./policy-text.ts";
import type {
	IdentityDemand,
	SignatureDemand,
	Terms,
	TrustKey,
	TrustPolicy,
	TrustRule,
} from "./trust-policy.ts";

const SCOPES_MAX = 10_000;
const REQUIREMENTS_MAX = 100;
const KEYS_MAX = 100;

/** Transports that wherry never reads from: what a policy says of them decides nothing here. */
const OTHER_TRANSPORTS = [
	"atomic",
	"containers-storage",
	"dir",
	"docker-archive",
	"docker-daemon",
	"oci",
	"oci-archive",
	"sif",
	"tarball",
];

/** Its `default` is a list, ours a word. */
export function isContainersPolicy(document: JsonObject): boolean {
	return Array.isArray(document.value("default")) || document.has("transports");
}

/** @throws Fault TRUST_POLICY_INVALID */
export function readContainersPolicy(document: JsonObject, source: PolicyText): TrustPolicy {
	const { file } = source;
	demandKnown(document, ["default", "transports"], file, "a key of a policy.json");
	if (!document.has("default")) throw policyFault(file, "its 'default' is missing");
	const transports = document.optionalObject("transports");
	demandKnown(transports, ["docker", ...OTHER_TRANSPORTS], file, "a transport");
	const docker = transports?.optionalObject("docker");
	return {
		file,
		rules: scopesOf(docker).map(([scope, requirements]) => readScope(scope, requirements, source)),
		otherwise: {
			where: `the default in ${file}`,
			scope: undefined,
			terms: readRequirements(document.objects("default", REQUIREMENTS_MAX), file, source),
		},
	};
}

function scopesOf(docker: JsonObject | undefined): [string, readonly JsonObject[]][] {
	const scopes = docker?.names() ?? [];
	if (scopes.length > SCOPES_MAX) throw docker!.fault("docker", `has more than ${SCOPES_MAX} scopes`);
	return scopes.map((scope) => [scope, docker!.objects(scope, REQUIREMENTS_MAX)]);
}

function readScope(scope: string, requirements: readonly JsonObject[], source: PolicyText): TrustRule {
	const where = lineOf(source, JSON.stringify(scope));
	if (scope.length > SCOPE_LENGTH_MAX || (scope.includes("*") && !/^\*\.[^*/]+$/.test(scope)))
		throw policyFault(where, `'${scope}' is no scope: a star stands only in '*.example.com'`);
	return { where, scope: containersScope(scope), terms: readRequirements(requirements, where, source) };
}

/** All of them have to hold. */
function readRequirements(requirements: readonly JsonObject[], where: string, source: PolicyText): Terms {
	if (requirements.length === 0) throw policyFault(where, "its list of requirements is empty");
	const signatures: SignatureDemand[] = [];
	let rejects = false;
	for (const requirement of requirements) {
		const type = requirement.text("type");
		if (type === "sigstoreSigned") signatures.push(readSigned(requirement, where, source));
		else if (type === "reject" || type === "insecureAcceptAnything") {
			demandKnown(requirement, ["type"], where, "a key of that requirement");
			rejects ||= type === "reject";
		} else throw unknownRequirement(type, where);
	}
	if (rejects) return { type: "reject" };
	if (signatures.length === 0) return { type: "accept" };
	return { type: "demand", firstUse: false, digests: [], signatures };
}

function unknownRequirement(type: string, where: string): Error {
	const known = ["reject", "insecureAcceptAnything", "sigstoreSigned"];
	if (type === "signedBy")
		return policyFault(where, "'signedBy' demands a GPG signature, which wherry cannot verify");
	return policyFault(where, `'${type}' is no requirement; there are ${orList(known, "and")}`);
}

const SIGNED_KEYS = ["type", "keyPath", "keyPaths", "keyData", "keyDatas", "signedIdentity"];

function readSigned(requirement: JsonObject, where: string, source: PolicyText): SignatureDemand {
	for (const keyless of ["fulcio", "pki", "rekorPublicKeyPath", "rekorPublicKeyData"])
		if (requirement.has(keyless))
			throw policyFault(where, `'${keyless}' demands certificates or a log, which wherry does not verify`);
	demandKnown(requirement, SIGNED_KEYS, where, "a key of sigstoreSigned");
	const given = ["keyPath", "keyPaths", "keyData", "keyDatas"].filter((name) => requirement.has(name));
	if (given.length !== 1)
		throw policyFault(where, "sigstoreSigned takes exactly one of keyPath, keyPaths, keyData and keyDatas");
	return {
		type: "image",
		keys: readKeys(requirement, where, source),
		need: "any",
		identity: readIdentity(requirement.optionalObject("signedIdentity"), where),
	};
}

function readKeys(requirement: JsonObject, where: string, source: PolicyText): TrustKey[] {
	const path = requirement.optionalText("keyPath");
	const data = requirement.optionalText("keyData");
	const paths = path === undefined ? requirement.texts("keyPaths", KEYS_MAX) : [path];
	const datas = data === undefined ? requirement.texts("keyDatas", KEYS_MAX) : [data];
	const keys = [...paths.map((word) => keyOf(source, word)), ...datas.map((word) => keyFrom(word, where))];
	if (keys.length === 0) throw policyFault(where, "sigstoreSigned names no key: nobody could sign");
	return keys;
}

function keyFrom(base64: string, where: string): TrustKey {
	const bytes = fromBase64(base64);
	if (bytes === undefined) throw policyFault(where, "its keyData is no base64");
	return { content: bytes, from: `the keyData at ${where}` };
}

function readIdentity(identity: JsonObject | undefined, where: string): IdentityDemand {
	if (identity === undefined) return { type: "matchRepoDigestOrExact" };
	const type = identity.text("type");
	switch (type) {
		case "matchExact":
		case "matchRepoDigestOrExact":
		case "matchRepository":
			demandKnown(identity, ["type"], where, `a key of ${type}`);
			return { type };
		case "exactReference":
			demandKnown(identity, ["type", "dockerReference"], where, `a key of ${type}`);
			return { type, dockerReference: identity.text("dockerReference") };
		case "exactRepository":
			demandKnown(identity, ["type", "dockerRepository"], where, `a key of ${type}`);
			return { type, dockerRepository: identity.text("dockerRepository") };
		case "remapIdentity":
			demandKnown(identity, ["type", "prefix", "signedPrefix"], where, `a key of ${type}`);
			return { type, prefix: identity.text("prefix"), signedPrefix: identity.text("signedPrefix") };
		default:
			throw policyFault(where, `'${type}' is no signedIdentity`);
	}
}
