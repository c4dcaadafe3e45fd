/** Where printed text goes: standard output, standard error, or memory in tests. */
export interface TextOutput {
  /** May be kept back until `flush`. */
  write(text: string): void
  flush(): void
}
