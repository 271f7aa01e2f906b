import { Fault } from "../../base/fault.ts";
import { parseJsonObject } from "../../oci/json.ts";
import { packageUrl, type Part, short } from "./part.ts";

/** Whether a file's path in an image is one that a package manager leaves beside a package. */
export function isPackageFile(path: string): boolean {
	return PYTHON.test(path) || NPM.test(path);
}

/**
 * The package that such a file describes: Python's core metadata, or npm's package.json; undefined when it
 * names none.
 */
export function packageOf(path: string, bytes: Uint8Array): Part | undefined {
	if (bytes.length > FILE_BYTES_MAX) return undefined;
	return PYTHON.test(path) ? pythonPackage(bytes) : npmPackage(bytes);
}

const PYTHON = /\.(?:dist-info\/METADATA|egg-info\/PKG-INFO)$/;
const NPM = /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/;
const FILE_BYTES_MAX = 1 << 20;

/** Headers as of an e-mail, before the first empty line (PyPA, "Core metadata specifications"). */
function pythonPackage(bytes: Uint8Array): Part | undefined {
	const headers = new TextDecoder().decode(bytes).split(/\r?\n\r?\n/, 1)[0] ?? "";
	const name = /^Name:[ \t]*([\w.-]{1,200})[ \t]*\r?$/im.exec(headers)?.[1];
	const version = /^Version:[ \t]*([\w.!+-]{1,100})[ \t]*\r?$/im.exec(headers)?.[1];
	if (name === undefined) return undefined;
	// as PyPI compares names
	return packagePart(name, version, "pypi", name.toLowerCase().replaceAll(/[-_.]+/g, "-"));
}

function npmPackage(bytes: Uint8Array): Part | undefined {
	try {
		const object = parseJsonObject(bytes, { what: "package.json" });
		const name = object.optionalText("name");
		const version = object.optionalText("version");
		return name === undefined || name === "" ? undefined : packagePart(name, version, "npm", short(name));
	} catch (error) {
		if (error instanceof Fault) return undefined;
		throw error;
	}
}

function packagePart(name: string, version: string | undefined, type: string, id: string): Part {
	const known = version === undefined || version === "" ? undefined : short(version);
	return {
		kind: "library",
		name: short(name),
		version: known,
		purl: packageUrl(type, id, known),
		evidence: "declared",
		origin: "package-metadata",
		properties: {},
		dependsOn: undefined,
	};
}
