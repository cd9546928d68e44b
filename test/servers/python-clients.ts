/** Publishers' libraries for Python: those that publish to the broker, and those that post over REST. */
import { findPythonEnvironment, type PythonEnvironment } from "./python-environment.ts";

export function findPulsePublishers(): Promise<PythonEnvironment> {
  return findPythonEnvironment({
    name: "MozillaPulse 1.3 and kombu 5.7",
    folder: "python-clients",
    wheels: ["MozillaPulse==1.3", "kombu==5.7.0", "amqp==5.4.2", "vine==5.1.0", "pytz==2026.6"],
  });
}

/** The versions of treeherder-client that post all collections. */
export const treeherderVersions = ["3.0.0", "3.1.0"] as const;
export type TreeherderVersion = (typeof treeherderVersions)[number];

/** The library with which people post collections. mohawk and requests-hawk sign, in the versions that it works with. */
export function findTreeherderClient(version: TreeherderVersion): Promise<PythonEnvironment> {
  return findPythonEnvironment({
    name: `treeherder-client ${version}`,
    folder: `treeherder-client-${version}`,
    wheels: [
      ...["setuptools==75.8.0", "wheel==0.45.1", "requests-hawk==1.0.1", "six==1.17.0"],
      ...[
        "requests==2.32.5",
        "urllib3==2.5.0",
        "idna==3.10",
        "certifi==2026.10.19.post1",
        "charset-normalizer==3.4.3",
      ],
    ],
    sources: ["mohawk==0.3.4", `treeherder-client==${version}`],
  });
}
