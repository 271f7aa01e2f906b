import { Letters, NoName } from "./letters.ts";
import { literalOf, stringOf } from "./literals.ts";

/** Deeper nesting is not followed. */
const DEPTH_MAX = 200;
/**
 * So many letters are read and said for each letter of a name: back references could make a short one endless. Real ones
 * take three.
 */
const LETTERS_FOR_EACH = 5;

/**
 * One name of Rust's v0 mangling (RFC 2603 and the rustc book, "v0 Symbol Format"), read and said in one pass, as
 * rustc-demangle's `{:#}` says it: without the hashes of crates, and integers without their types.
 */
export class V0Name {
	/** Undefined where it is no such name, or too much of one. */
	readonly text: string | undefined;

	readonly #letters: Letters;
	#depth = 0;
	/** Lifetimes that `for<'a>` has brought, around this place. */
	#lifetimes = 0;
	/** What is only skipped is not said. */
	#isSilent = false;
	readonly #pieces: string[] = [];
	#length = 0;
	readonly #lettersMax: number;

	/** @param mangled `_R…`, without a suffix */
	constructor(mangled: string) {
		this.#lettersMax = LETTERS_FOR_EACH * mangled.length;
		this.#letters = new Letters(mangled.slice(2), this.#lettersMax);
		this.text = this.#whole();
	}

	#whole(): string | undefined {
		// a digit would be the version of another encoding
		if (!/^[A-Z]\w*$/.test(this.#letters.text)) return undefined;
		try {
			this.#path(true);
			if (/[A-Z]/.test(this.#letters.next)) this.#silently(() => this.#path(false)); // the crate that it was made in
			return this.#letters.next === "" ? this.#pieces.join("") : undefined;
		} catch (error) {
			if (error instanceof NoName) return undefined;
			throw error;
		}
	}

	#say(text: string): void {
		if (this.#isSilent) return;
		this.#length += text.length;
		if (this.#length > this.#lettersMax) throw new NoName();
		this.#pieces.push(text);
	}

	#silently(read: () => void): void {
		const was = this.#isSilent;
		this.#isSilent = true;
		read();
		this.#isSilent = was;
	}

	/** One level deeper. */
	#within(read: () => void): void {
		if (++this.#depth > DEPTH_MAX) throw new NoName();
		read();
		this.#depth -= 1;
	}

	/** What is read stands at an earlier place. */
	#back(read: () => void): void {
		const here = this.#letters.at - 1;
		const place = this.#letters.base62();
		if (place >= here) throw new NoName();
		if (this.#isSilent) return;
		const after = this.#letters.at;
		this.#letters.at = place;
		this.#within(read);
		this.#letters.at = after;
	}

	/** @param inValue where `::` stands before type arguments */
	#path(inValue: boolean): void {
		this.#within(() => {
			const tag = this.#letters.take();
			switch (tag) {
				case "C":
					this.#letters.tagged("s");
					return this.#say(this.#letters.identifier());
				case "N":
					return this.#nested(inValue);
				case "M":
				case "X":
				case "Y":
					if (tag !== "Y") {
						this.#letters.tagged("s");
						this.#silently(() => this.#path(false)); // where the impl stands
					}
					this.#say("<");
					this.#type();
					if (tag !== "M") {
						this.#say(" as ");
						this.#path(false);
					}
					return this.#say(">");
				case "I":
					this.#path(inValue);
					this.#say(inValue ? "::<" : "<");
					this.#list(", ", () => this.#argument());
					return this.#say(">");
				case "B":
					return this.#back(() => this.#path(inValue));
				default:
					throw new NoName();
			}
		});
	}

	#nested(inValue: boolean): void {
		const namespace = this.#letters.take();
		if (!/[A-Za-z]/.test(namespace)) throw new NoName();
		this.#path(inValue);
		const disambiguator = this.#letters.tagged("s");
		const name = this.#letters.identifier();
		if (/[a-z]/.test(namespace)) return this.#say(name === "" ? "" : `::${name}`);
		const kind = namespace === "C" ? "closure" : namespace === "S" ? "shim" : namespace;
		this.#say(`::{${kind}${name === "" ? "" : `:${name}`}#${disambiguator}}`);
	}

	/** Until `E`. How many there were. */
	#list(between: string, read: () => void): number {
		let count = 0;
		while (!this.#letters.eat("E")) {
			if (count++ > 0) this.#say(between);
			read();
		}
		return count;
	}

	#tuple(read: () => void): void {
		this.#say("(");
		if (this.#list(", ", read) === 1) this.#say(",");
		this.#say(")");
	}

	#argument(): void {
		if (this.#letters.eat("L")) this.#lifetime(this.#letters.base62());
		else if (this.#letters.eat("K")) this.#constant(false);
		else this.#type();
	}

	/** @param index 1 is the innermost that is bound here; 0 is one that has no name */
	#lifetime(index: number): void {
		if (index === 0) return this.#say("'_");
		const depth = this.#lifetimes - index;
		if (this.#isSilent) return;
		if (depth < 0) throw new NoName();
		this.#say(depth < 26 ? `'${String.fromCodePoint(0x61 + depth)}` : `'_${depth}`);
	}

	/** What stands behind `for<'a>`. */
	#bound(read: () => void): void {
		const count = this.#letters.tagged("G");
		if (count > this.#lettersMax) throw new NoName();
		if (count > 0) {
			this.#say("for<");
			for (let index = 0; index < count; index++) {
				if (index > 0) this.#say(", ");
				this.#lifetimes += 1;
				this.#lifetime(1);
			}
			this.#say("> ");
		}
		read();
		this.#lifetimes -= count;
	}

	#type(): void {
		const basic = BASIC_TYPES.get(this.#letters.next);
		if (basic !== undefined) {
			this.#letters.take();
			return this.#say(basic);
		}
		this.#within(() => this.#builtType());
	}

	#builtType(): void {
		const tag = this.#letters.take();
		switch (tag) {
			case "R":
			case "Q": {
				this.#say("&");
				const lifetime = this.#letters.eat("L") ? this.#letters.base62() : 0;
				if (lifetime > 0) {
					this.#lifetime(lifetime);
					this.#say(" ");
				}
				if (tag === "Q") this.#say("mut ");
				return this.#type();
			}
			case "P":
			case "O":
				this.#say(tag === "P" ? "*const " : "*mut ");
				return this.#type();
			case "A":
			case "S":
				this.#say("[");
				this.#type();
				if (tag === "A") {
					this.#say("; ");
					this.#constant(true);
				}
				return this.#say("]");
			case "T":
				return this.#tuple(() => this.#type());
			case "F":
				return this.#bound(() => this.#function());
			case "D":
				return this.#dynamic();
			case "B":
				return this.#back(() => this.#type());
			default:
				this.#letters.at -= 1;
				this.#path(false);
		}
	}

	#function(): void {
		if (this.#letters.eat("U")) this.#say("unsafe ");
		if (this.#letters.eat("K")) {
			const abi = this.#letters.eat("C") ? "C" : this.#letters.identifier().replaceAll("_", "-");
			this.#say(`extern "${abi}" `);
		}
		this.#say("fn(");
		this.#list(", ", () => this.#type());
		this.#say(")");
		if (this.#letters.eat("u")) return;
		this.#say(" -> ");
		this.#type();
	}

	#dynamic(): void {
		this.#say("dyn ");
		this.#bound(() => this.#list(" + ", () => this.#dynamicTrait()));
		if (!this.#letters.eat("L")) throw new NoName();
		const lifetime = this.#letters.base62();
		if (lifetime === 0) return;
		this.#say(" + ");
		this.#lifetime(lifetime);
	}

	/** `Iterator<Item = u8>`: what a trait is bound to stands among its arguments. */
	#dynamicTrait(): void {
		let isOpen = this.#openPath();
		while (this.#letters.eat("p")) {
			this.#say(isOpen ? ", " : "<");
			isOpen = true;
			this.#say(`${this.#letters.identifier()} = `);
			this.#type();
		}
		if (isOpen) this.#say(">");
	}

	/** A path of which the list of arguments is left open; whether it has one. */
	#openPath(): boolean {
		let isOpen = false;
		if (this.#letters.eat("B")) this.#back(() => (isOpen = this.#openPath()));
		else if (this.#letters.eat("I")) {
			this.#path(false);
			this.#say("<");
			this.#list(", ", () => this.#argument());
			isOpen = true;
		} else this.#path(false);
		return isOpen;
	}

	/** @param inValue where a value may stand by itself; elsewhere what is more than a literal has braces */
	#constant(inValue: boolean): void {
		this.#within(() => {
			const tag = this.#letters.take();
			if (tag === "B") return this.#back(() => this.#constant(inValue));
			const literal = literalOf(tag, this.#letters);
			if (literal !== undefined) return this.#say(literal);
			if (!inValue) this.#say("{");
			this.#expression(tag);
			if (!inValue) this.#say("}");
		});
	}

	#expression(tag: string): void {
		const value = () => this.#constant(true);
		switch (tag) {
			case "e":
				return this.#say(`*${stringOf(this.#letters)}`);
			case "R":
			case "Q":
				this.#say(tag === "R" ? "&" : "&mut ");
				return value();
			case "A":
				this.#say("[");
				this.#list(", ", value);
				return this.#say("]");
			case "T":
				return this.#tuple(value);
			case "V":
				return this.#variant(value);
			default:
				throw new NoName();
		}
	}

	/** A struct or the variant of an enum, with what is in it. */
	#variant(value: () => void): void {
		this.#path(true);
		switch (this.#letters.take()) {
			case "U":
				return;
			case "T":
				this.#say("(");
				this.#list(", ", value);
				return this.#say(")");
			case "S":
				this.#say(" { ");
				this.#list(", ", () => {
					this.#letters.tagged("s");
					this.#say(`${this.#letters.identifier()}: `);
					value();
				});
				return this.#say(" }");
			default:
				throw new NoName();
		}
	}
}

const BASIC_TYPES: ReadonlyMap<string, string> = new Map([
	["a", "i8"],
	["b", "bool"],
	["c", "char"],
	["d", "f64"],
	["e", "str"],
	["f", "f32"],
	["h", "u8"],
	["i", "isize"],
	["j", "usize"],
	["l", "i32"],
	["m", "u32"],
	["n", "i128"],
	["o", "u128"],
	["p", "_"],
	["s", "i16"],
	["t", "u16"],
	["u", "()"],
	["v", "..."],
	["x", "i64"],
	["y", "u64"],
	["z", "!"],
]);
