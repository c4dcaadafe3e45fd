import type * as Client from '@aws-sdk/client-s3'
import type * as Providers from '@aws-sdk/credential-providers'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { errnoOf } from '../../core/fs/errno.js'
import { environmentDefault } from '../../core/process/environment-default.js'

/** The package that flink-ts is tried with; whoever keeps files on S3 installs it. */
export const S3_PACKAGE = '@aws-sdk/client-s3@3.1169.0'

/** The same for `s3.assume-role.arn`. */
export const S3_ROLES_PACKAGE = '@aws-sdk/credential-providers@3.1169.0'

export type S3Roles = Pick<typeof Providers, 'fromTemporaryCredentials'>

/** What is used of it. */
export type S3Sdk = Pick<
  typeof Client,
  | 'AbortMultipartUploadCommand'
  | 'CompleteMultipartUploadCommand'
  | 'CopyObjectCommand'
  | 'CreateMultipartUploadCommand'
  | 'DeleteObjectCommand'
  | 'DeleteObjectsCommand'
  | 'GetObjectCommand'
  | 'HeadObjectCommand'
  | 'ListMultipartUploadsCommand'
  | 'ListObjectsV2Command'
  | 'ListPartsCommand'
  | 'PutObjectCommand'
  | 'S3Client'
  | 'UploadPartCommand'
  | 'UploadPartCopyCommand'
>

/** FILE_SYSTEM_SCHEME_UNSUPPORTED where it is not installed. `load`: for tests. */
export async function loadS3(
  scheme: string,
  load: () => Promise<S3Sdk> = () => import('@aws-sdk/client-s3'),
): Promise<S3Sdk> {
  // It would warn in every thread that versions of next year need a newer Node.
  environmentDefault('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true')
  return installed(load, `${scheme}://`, scheme, S3_PACKAGE)
}

/** The same of what takes a role. */
export async function loadS3Roles(
  scheme: string,
  load: () => Promise<S3Roles> = () => import('@aws-sdk/credential-providers'),
): Promise<S3Roles> {
  return installed(load, 's3.assume-role.arn', scheme, S3_ROLES_PACKAGE)
}

async function installed<T>(load: () => Promise<T>, what: string, scheme: string, packageName: string): Promise<T> {
  try {
    return await load()
  } catch (error) {
    const isMissing = errnoOf(error) === 'ERR_MODULE_NOT_FOUND' || errnoOf(error) === 'MODULE_NOT_FOUND'
    const [line = ''] = messageOf(error).split('\n')
    const name = packageName.replace(/@[^@]*$/, '')
    const isSdk = packageName === S3_PACKAGE
    const reason = isMissing ? `${isSdk ? 'the AWS SDK' : name} is not installed` : line.replace(/\.$/, '')
    const advice = `For ${what} ${reason}: npm install ${packageName}`
    throw new FlinkError('FILE_SYSTEM_SCHEME_UNSUPPORTED', { scheme, advice }, { cause: error })
  }
}
