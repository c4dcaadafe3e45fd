import type { Configuration } from '../core/config/configuration.js'
import { warningsOfKeys } from '../core/config/key-warnings.js'
import { warningsOfOptionsWithoutEffect } from '../core/config/options-without-effect.js'
import { relativeDirectories } from './relative-directories.js'

/** What a process warns of in the configurations of its jobs: of an option without effect once, however many jobs have it. */
export class OptionWarnings {
  readonly #ofProgram: Configuration
  readonly #warn: (text: string) => void
  readonly #warned = new Set<string>()

  /** `ofProgram`: with what the program was started. */
  constructor(ofProgram: Configuration, warn: (text: string) => void) {
    this.#ofProgram = ofProgram
    this.#warn = warn
  }

  jobStarts(configuration: Configuration): void {
    // Of the keys that the program was started with the command has told.
    for (const warning of warningsOfKeys(configuration, (key) => this.#ofProgram.getString(key) === undefined)) {
      this.#warn(warning)
    }
    for (const warning of relativeDirectories(configuration)) this.#warn(warning)
    for (const [key, warning] of warningsOfOptionsWithoutEffect(configuration)) {
      if (this.#warned.has(key)) continue
      this.#warned.add(key)
      this.#warn(warning)
    }
  }
}
