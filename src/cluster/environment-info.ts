import type { EnvironmentInfo } from '../rest/messages/process-messages.js'

/** In what this process runs. Nothing of environment variables, which are where secrets are. */
export function environmentInfo(): EnvironmentInfo {
  const { version, versions, platform, arch, execArgv } = process
  return {
    jvm: { version: `Node.js ${version} (V8 ${versions.v8})`, arch: `${platform} ${arch}`, options: [...execArgv] },
    classpath: [],
  }
}
