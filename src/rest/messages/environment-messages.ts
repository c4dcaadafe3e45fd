/** Wire types about the process of a job or a session, as Flink's REST API names them. */

/** `GET /jobs/:jobid/jobmanager/environment` */
export interface EnvironmentInfo {
  /** Of Node: there is no JVM here. */
  readonly jvm: { readonly version: string; readonly arch: string; readonly options: readonly string[] }
  readonly classpath: readonly string[]
}

/** One entry of `GET /jobs/:jobid/jobmanager/config` */
export interface ConfigurationInfoEntry {
  readonly key: string
  readonly value: string
}
