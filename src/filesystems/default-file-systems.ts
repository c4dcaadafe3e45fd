import { Configuration } from '../core/config/configuration.js'
import type { FileSystem } from '../core/fs/file-system.js'
import { FileSystems, type FileSystemOptions } from '../core/fs/file-systems.js'
import { LocalFileSystem } from '../core/fs/local-file-system.js'
import type { TemporaryFiles } from '../core/fs/temporary-files.js'
import { environment } from '../core/process/environment.js'
import { LazyFileSystem } from './lazy-file-system.js'
import { s3EntropyOf } from './s3/s3-entropy.js'

const HDFS_SCHEMES = ['hdfs', 'webhdfs', 'swebhdfs']
const S3_SCHEMES = ['s3', 's3a', 's3p']

export interface DefaultFileSystemParts {
  /** In memory where no disk is given. */
  readonly temporaryFiles?: TemporaryFiles
  readonly local?: FileSystem
}

/** The file systems of a real process or worker: a further scheme is added here, for all of them. */
export function defaultFileSystems(
  configuration: Configuration = new Configuration(),
  { temporaryFiles, local = new LocalFileSystem() }: DefaultFileSystemParts = {},
): FileSystems {
  const known = new FileSystems(temporaryFiles).register('file', local)
  for (const scheme of HDFS_SCHEMES) {
    known.registerFactory(scheme, (options) => new LazyFileSystem('files', () => openHdfs(configurationOf(options))))
  }
  for (const scheme of S3_SCHEMES) {
    const open = (configuration: Configuration): Promise<FileSystem> => openS3(configuration, scheme)
    known.registerFactory(scheme, (options) => {
      const configuration = configurationOf(options)
      return new LazyFileSystem('objects', () => open(configuration), s3EntropyOf(configuration))
    })
  }
  return known.configuredBy(configuration)
}

function configurationOf(options: FileSystemOptions | undefined): Configuration {
  return options instanceof Configuration ? options : new Configuration()
}

async function openHdfs(configuration: Configuration): Promise<FileSystem> {
  const { createHdfsFileSystem } = await import('./hdfs/create-hdfs-file-system.js')
  return createHdfsFileSystem(configuration, environment())
}

async function openS3(configuration: Configuration, scheme: string): Promise<FileSystem> {
  const { S3FileSystem } = await import('./s3/s3-file-system.js')
  return S3FileSystem.open(configuration, scheme)
}
