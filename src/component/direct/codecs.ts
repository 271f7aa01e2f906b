import type { StringEncoding } from "../../wasm/component/definitions.ts";
import { invalid, type Resource } from "../entities.ts";
import { camelCase } from "../jco/spelling.ts";
import type { Named, ResourceType, ValueType } from "../types.ts";
import type { Codec } from "./codec.ts";
import { borrowCodec, ownCodec } from "./codec-handles.ts";
import { listCodec } from "./codec-lists.ts";
import { scalarCodec } from "./codec-numbers.ts";
import { flagsCodec, recordCodec, tupleCodec } from "./codec-records.ts";
import { stringCodec } from "./codec-strings.ts";
import { enumShape, nestedOptionShape, OPTION_SHAPE, taggedShape, variantCodec } from "./codec-variants.ts";
import { Unsupported } from "./trap.ts";

/** The specification's limit for one value, without what its lists and strings hold. */
const VALUE_BYTES_MAX = 2 ** 28;

/** The codecs of one component's types, for one encoding of strings: one for each type, however often it is used. */
export class Codecs {
	readonly #encoding: StringEncoding;
	readonly #known = new Map<ValueType, Codec>();

	constructor(encoding: StringEncoding) {
		this.#encoding = encoding;
	}

	/**
	 * @throws Unsupported for streams, futures and what else values of 0.2 do not have
	 * @throws Fault COMPONENT_INVALID where values of the type would be too large
	 */
	of(type: ValueType): Codec {
		const known = this.#known.get(type);
		if (known !== undefined) return known;
		const codec = this.#make(type);
		if (codec.size_bytes >= VALUE_BYTES_MAX) throw invalid(`a type in it takes ${codec.size_bytes} bytes`);
		this.#known.set(type, codec);
		return codec;
	}

	tuple(types: readonly ValueType[]): Codec {
		return tupleCodec(types.map((type) => this.of(type)));
	}

	#make(type: ValueType): Codec {
		switch (type.kind) {
			case "record":
				return recordCodec(
					type.fields.map((field) => ({ key: camelCase(field.name), codec: this.of(field.type) })),
				);
			case "tuple":
				return this.tuple(type.items);
			case "variant":
				return this.#variant(type.cases);
			case "enum":
				return variantCodec(
					type.names.map(() => undefined),
					enumShape(type.names),
				);
			case "flags":
				return flagsCodec(type.names.map(camelCase));
			case "option":
				return variantCodec(
					[undefined, this.of(type.some)],
					type.some.kind === "option" ? nestedOptionShape() : OPTION_SHAPE,
				);
			case "result":
				return variantCodec([this.#optional(type.ok), this.#optional(type.err)], taggedShape(["ok", "err"]));
			case "list":
				if (type.length !== undefined) throw new Unsupported("lists of a fixed length");
				return listCodec(type.element, this.of(type.element));
			case "own":
				return ownCodec(asResource(type.resource));
			case "borrow":
				return borrowCodec(asResource(type.resource));
			case "string":
				return stringCodec(this.#encoding);
			case "map":
			case "stream":
			case "future":
			case "error-context":
				throw new Unsupported(`values of the type ${type.kind}`);
			default:
				return scalarCodec(type.kind);
		}
	}

	#variant(cases: readonly Named<ValueType | undefined>[]): Codec {
		return variantCodec(
			cases.map(({ type }) => this.#optional(type)),
			taggedShape(cases.map(({ name }) => name)),
		);
	}

	#optional(type: ValueType | undefined): Codec | undefined {
		return type === undefined ? undefined : this.of(type);
	}
}

function asResource(resource: ResourceType): Resource {
	if ("definedBy" in resource) return resource as Resource;
	throw invalid("a handle of a resource that it does not have");
}
