import type { TextOutput } from './text-output.js'

/** Keeps what is printed: for tests. */
export class MemoryTextOutput implements TextOutput {
  text = ''

  write(text: string): void {
    this.text += text
  }

  flush(): void {
    // Everything is visible at once.
  }

  lines(): string[] {
    return this.text.split('\n').slice(0, -1)
  }
}
