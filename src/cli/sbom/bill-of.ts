/** What a file or a stored image is made of: read from what is really in it. */
import { basename } from "node:path";
import { Fault } from "../../base/fault.ts";
import { sourceEpoch, timeText } from "../../build/epoch.ts";
import { openImage } from "../../oci/open-image.ts";
import { repositoryName } from "../../oci/reference.ts";
import type { ImageShape, ModuleShape } from "../../oci/shape.ts";
import { sha256Of } from "../../store/hash.ts";
import type { ImageStore } from "../../store/image-store.ts";
import { readBlob } from "../../store/read.ts";
import type { Bill, BilledProgram } from "../../trust/sbom/bill.ts";
import { takeInventory } from "../../trust/sbom/inventory.ts";
import { isPackageFile, packageOf } from "../../trust/sbom/packages.ts";
import { type Inventory, type Part, PARTS_MAX } from "../../trust/sbom/part.ts";
import { describeInput } from "../../wasm/input.ts";
import { readRoot } from "../image-root.ts";
import { type FoundImage, referenceOf } from "../images/find-image.ts";
import { PROGRAM_BYTES_MAX, readProgram } from "../program.ts";
import { VERSION } from "../version.ts";
import { filesIn } from "./files-in.ts";

/** @throws Fault FILE_*, NOT_WASM, MODULE_INVALID, MODULE_TOO_LARGE */
export async function billOfFile(file: string): Promise<Bill> {
	const bytes = await readProgram(file);
	demandWasm(bytes, file);
	const digest = sha256Of(bytes);
	return {
		...billFrame(),
		name: file === "-" ? "standard input" : basename(file),
		version: undefined,
		digest,
		programs: [{ path: undefined, digest, inventory: await takeInventory(bytes) }],
		packages: [],
	};
}

function demandWasm(bytes: Uint8Array, file: string): void {
	const input = describeInput(bytes);
	if (input.form === "module" || input.form === "component") return;
	throw new Fault("NOT_WASM", `cannot tell what '${file}' is made of`, {
		note: input.form === "foreign" ? `it is ${input.is}` : "it is text",
		help: "wherry sbom FILE.wasm",
	});
}

/**
 * The bill of the manifest that runs here, every byte of it checked.
 *
 * @throws Fault IMAGE_*, DIGEST_MISMATCH, LAYER_INVALID, MODULE_INVALID
 */
export async function billOfImage(store: ImageStore, { descriptor, name }: FoundImage): Promise<Bill> {
	const image = await openImage(store.repository(""), descriptor);
	const reference = name === undefined ? undefined : referenceOf(name);
	const { shape } = image;
	const { programs, packages } =
		shape.kind === "module" ? await moduleContent(store, shape) : await imageContent(store, shape);
	return {
		...billFrame(),
		name: reference === undefined ? (name ?? descriptor.digest) : repositoryName(reference),
		version: reference?.tag,
		digest: image.descriptor.digest,
		programs,
		packages,
	};
}

function billFrame(): Pick<Bill, "timestamp" | "toolVersion"> {
	const { SOURCE_DATE_EPOCH } = process.env;
	const timestamp = SOURCE_DATE_EPOCH === undefined ? undefined : timeText(sourceEpoch(SOURCE_DATE_EPOCH));
	return { timestamp, toolVersion: VERSION };
}

type Content = Pick<Bill, "programs" | "packages">;

async function moduleContent(store: ImageStore, { layer }: ModuleShape): Promise<Content> {
	const bytes = readBlob(store.folder, layer, PROGRAM_BYTES_MAX);
	const inventory = await takeInventory(bytes);
	return { programs: [{ path: undefined, digest: layer.digest, inventory }], packages: [] };
}

/** More than any image has: a few bytes can unpack to a long list of crates. */
const PROGRAMS_MAX = 1000;
const LISTED_MAX = 10 * PARTS_MAX;

async function imageContent(store: ImageStore, shape: ImageShape): Promise<Content> {
	const programs: BilledProgram[] = [];
	const packages: Part[] = [];
	// hard links are one program under several names
	const known = new Map<Uint8Array, Omit<BilledProgram, "path">>();
	let listed = 0;
	for (const { path, bytes } of filesIn(readRoot(store.folder, shape))) {
		if (isWasm(bytes)) {
			const program = known.get(bytes) ?? (await programOf(bytes));
			known.set(bytes, program);
			programs.push({ path, ...program });
			listed += program.inventory.parts.length;
		} else if (isPackageFile(path))
			packages.push(...[packageOf(path, bytes)].filter((one) => one !== undefined));
		if (programs.length > PROGRAMS_MAX || listed + packages.length > LISTED_MAX) throw tooMany();
	}
	return { programs, packages };
}

function tooMany(): Fault {
	return new Fault("IMAGE_INVALID", "cannot list what the image is made of", {
		note: `it has over ${PROGRAMS_MAX} programs, or they list over ${LISTED_MAX} parts`,
	});
}

async function programOf(bytes: Uint8Array): Promise<Omit<BilledProgram, "path">> {
	return { digest: sha256Of(bytes), inventory: await inventoryOf(bytes) };
}

/** A damaged file among others is part of the image, too. */
async function inventoryOf(bytes: Uint8Array): Promise<Inventory> {
	try {
		return await takeInventory(bytes);
	} catch (error) {
		if (!(error instanceof Fault)) throw error;
		return { about: { properties: [["unreadable", error.message]] }, parts: [], libraries: "unknown" };
	}
}

const MAGIC = [0x00, 0x61, 0x73, 0x6d];

function isWasm(bytes: Uint8Array): boolean {
	return bytes.length >= 8 && MAGIC.every((byte, index) => bytes[index] === byte);
}
