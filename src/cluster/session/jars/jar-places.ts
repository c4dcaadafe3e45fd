import path from 'node:path'
import type { Configuration } from '../../../core/config/configuration.js'
import { SessionOptions } from '../../../core/config/session-options.js'
import { localPathOf } from '../../../rest/tcp/tcp-settings.js'
import type { JarPlaces } from './jar-store.js'

/** Flink's name below the directory of `web.upload.dir`. */
const UPLOADS = 'flink-web-upload'

/** `directory`: of the session itself, private to its user. */
export function jarPlaces(configuration: Configuration, workingDirectory: string, directory: string): JarPlaces {
  const own = path.join(directory, 'jars')
  const named = configuration.get(SessionOptions.UPLOAD_DIRECTORY)
  const uploads = named === undefined ? own : path.join(localPathOf(named, workingDirectory), UPLOADS)
  return { uploads, running: path.join(own, 'running') }
}
