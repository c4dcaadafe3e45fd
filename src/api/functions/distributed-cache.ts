/**
 * The files and directories that a program registered for its functions, by their names. All subtasks run on this machine, so
 * they are used where they lie: nothing is copied, and nobody should write to them while the job runs.
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { RichMapFunction, StreamExecutionEnvironment, type DistributedCache } from 'flink-ts'
 *
 * class Country extends RichMapFunction<string, string> {
 *   #names = new Map<string, string>()
 *   override open(): void {
 *     const cache: DistributedCache = this.getRuntimeContext().getDistributedCache()
 *     this.#names = new Map(JSON.parse(readFileSync(cache.getFile('countries'), 'utf8')) as [string, string][])
 *   }
 *   map(code: string): string {
 *     return this.#names.get(code) ?? code
 *   }
 * }
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.registerCachedFile('file:///data/countries.json', 'countries')
 * env.fromElements('ch', 'fr').map(new Country()).print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/dev/dataset/overview/#distributed-cache
 */
export interface DistributedCache {
  /**
   * The absolute path of the file or directory that was registered under the name.
   *
   * @throws FlinkError CACHED_FILE_UNKNOWN where there is none of this name.
   */
  getFile(name: string): string
}
