/*
 * The elements and attributes that a publisher's HTML may contain: text, tables, lists, pictures and links, including obsolete markup for
 * them. Nothing may run, take input, load anything, or change the page around it. @see spec/ui.md, section 1
 */

const words = (text: string): string[] => text.trim().split(/\s+/);

export const htmlElements = words(`
  a abbr acronym address area article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn dir div dl dt
  em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd label li map mark menu nav ol p pre q rp rt ruby s
  samp section small span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr`);

/** Shapes, text and gradients. Nothing that moves, links, or includes something from elsewhere. */
export const svgElements = words(`
  circle defs desc ellipse g line lineargradient marker path polygon polyline radialgradient rect stop svg switch text title tspan`);

/** Attributes that contain an address. */
export const addressAttributes = words("href src cite background longdesc usemap");

export const plainAttributes = words(`
  abbr align alt axis bgcolor border cellpadding cellspacing char charoff class clear color cols colspan compact coords datetime dir face
  frame headers height hreflang hspace ismap lang nohref noshade nowrap rel rev reversed rows rowspan rules scope shape size span start
  summary target title type valign value vspace width`);

/** Attributes of SVG that say where a shape is and how it is painted. */
export const svgAttributes = words(`
  cx cy d dx dy fill fill-opacity fill-rule font-family font-size font-style font-weight fx fy gradienttransform gradientunits
  letter-spacing markerheight markerunits markerwidth offset opacity orient pathlength points preserveaspectratio r refx refy rotate rx ry
  spreadmethod stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit
  stroke-opacity stroke-width text-anchor textlength transform version viewbox x x1 x2 y y1 y2`);

/** The schemes that an address may have. An address without a scheme leads to a page of this server. */
export const addressSchemes: ReadonlySet<string> = new Set(words("http: https: ftp: mailto: tel: file:"));

/** The schemes from which a picture may be loaded, if pictures from elsewhere are allowed. */
export const imageSchemes: ReadonlySet<string> = new Set(words("http: https: ftp: file: blob:"));
