import type { ComponentChildren } from "preact";
import { linkAddress } from "./link-address.ts";

export interface DataLinkProps {
  /** The address as it was received. */
  readonly href: string;
  /** Shown on hover, instead of the address. */
  readonly title?: string;
  readonly children: ComponentChildren;
}

/**
 * A link to an address that comes from data. It opens in a new tab. An address that `linkAddress` does not allow is shown as text.
 * Preact does not block `javascript:` addresses, so every address from data goes through this component.
 */
export function DataLink({ href, title, children }: DataLinkProps) {
  const address = linkAddress(href);
  if (address === null) return <span title={`not a link: ${href}`}>{children}</span>;
  return (
    // biome-ignore lint/security/noBlankTarget: browsers imply `noopener` for `_blank`, and a response header forbids sending the referrer.
    <a title={title ?? href} href={address} target="_blank">
      {children}
    </a>
  );
}
