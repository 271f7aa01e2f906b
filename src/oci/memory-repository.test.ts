import { MemoryRepository } from "./memory-repository.ts";
import { checkRepository } from "./repository.contract.ts";

checkRepository("memory", () => new MemoryRepository());
