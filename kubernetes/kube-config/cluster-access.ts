/** PEM that is read from a file each time, or from the kubeconfig once. */
export type FileOrData = { readonly file: string } | { readonly data: Buffer };

/** A program that prints credentials: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ */
export interface ExecPlugin {
  readonly apiVersion: string;
  /** A path, or the name of a program on the PATH. */
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the environment of this process. */
  readonly env: Readonly<Record<string, string>>;
  readonly interactiveMode: 'Never' | 'IfAvailable' | 'Always';
  /** What its kubeconfig says to somebody who does not have the program. */
  readonly installHint?: string | undefined;
  /** What the plugin receives about the cluster. Unset: nothing. */
  readonly clusterInfo?: object | undefined;
}

/** What the Authorization header is made from. */
export type Authorization =
  /** The file wins while it can be read. */
  | { readonly type: 'token'; readonly token?: string | undefined; readonly tokenFile?: string | undefined }
  | { readonly type: 'password'; readonly username: string; readonly password: string }
  | { readonly type: 'exec'; readonly plugin: ExecPlugin }
  /** A client certificate alone, or nothing. */
  | { readonly type: 'none' };

/** The user that the API server is called as. */
export interface AccessUser {
  /** In the kubeconfig, for messages. */
  readonly name: string;
  readonly authorization: Authorization;
  readonly clientCertificate?: { readonly certificate: FileOrData; readonly key: FileOrData } | undefined;
  /** Headers `impersonate-*`. Empty: the user itself. */
  readonly impersonation: Readonly<Record<string, readonly string[]>>;
}

/** An API server and a user for it: one context of a kubeconfig, resolved and checked. */
export interface ClusterAccess {
  /** URL without credentials, query and trailing slash; may have a path (a proxy in front of several clusters). */
  readonly server: string;
  /** Unset: the built-in roots and those of the system. */
  readonly certificateAuthority?: FileOrData | undefined;
  readonly skipTlsVerify: boolean;
  /** Unset: the host of `server`. */
  readonly tlsServerName?: string | undefined;
  readonly proxyUrl?: string | undefined;
  /** Of the context. */
  readonly namespace?: string | undefined;
  readonly user: AccessUser;
}
