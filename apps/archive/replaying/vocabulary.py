"""What an archived page may be made of when it is shown again: closed lists, and whatever isn't in them goes.

Nothing in them runs, sends, loads or leads away by itself. Names are those of the HTML Standard and SVG 2.
"""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


ELEMENTS = _names(
    """html head body title style
    address article aside footer header h1 h2 h3 h4 h5 h6 hgroup main nav section search
    blockquote dd div dl dt figcaption figure hr li menu ol p pre ul dir center details summary dialog
    a abbr acronym b bdi bdo big br cite code data del dfn em font i ins kbd mark nobr q rp rt rtc rb ruby s samp small
    span strike strong sub sup time tt u var wbr
    img picture source map area
    caption col colgroup table tbody td tfoot th thead tr
    button datalist fieldset input label legend meter optgroup option output progress select textarea
    svg g path circle rect ellipse line polyline polygon text tspan textpath defs symbol use image lineargradient
    radialgradient stop clippath mask pattern marker desc filter fegaussianblur feoffset feblend feflood fecolormatrix
    fecomposite femerge femergenode femorphology fedropshadow switch
    math mi mn mo ms mtext mrow mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd mspace
    semantics"""
)
VOID = _names("area base br col embed frame hr img input keygen link meta param source track wbr bgsound")
# Their names say what they would do: what is inside stays, under a name that does nothing.
RENAMED = {"form": "div", "marquee": "div", "xmp": "pre", "listing": "pre", "plaintext": "pre"}
# Gone with everything inside: it runs, it is another page, or it stands there for browsers that can't do something.
DROPPED_RAW = _names("script iframe noembed noframes")
DROPPED = _names("template video audio applet object")
# What is inside is text, whatever it looks like.
TEXT = _names("title textarea xmp")

ATTRIBUTES = _names(
    """class id lang dir title role hidden style xml:lang
    align alt bgcolor border cellpadding cellspacing clear color cols colspan compact coords datetime face for headers
    height high hspace label low max maxlength media min name noshade nowrap open optimum placeholder reversed rows
    rowspan rules frame scope shape size sizes span start step summary type valign value vspace width wrap
    checked selected disabled multiple readonly
    viewbox preserveaspectratio xmlns version d cx cy r rx ry x y x1 y1 x2 y2 dx dy points transform gradienttransform
    gradientunits spreadmethod offset stop-color stop-opacity fill fill-opacity fill-rule stroke stroke-width
    stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset opacity
    clip-path clip-rule clippathunits mask maskunits maskcontentunits patternunits patterncontentunits patterntransform
    markerwidth markerheight markerunits refx refy orient marker-start marker-mid marker-end filter filterunits
    primitiveunits in in2 result stddeviation mode values k1 k2 k3 k4 operator radius flood-color flood-opacity
    text-anchor dominant-baseline alignment-baseline baseline-shift font-family font-size font-weight font-style
    letter-spacing word-spacing text-decoration visibility display overflow focusable pathlength
    mathvariant displaystyle scriptlevel columnalign rowalign stretchy fence separator lspace rspace"""
)
# An attribute of an element that some style may be chosen by, and which nothing else reads.
FREE = ("data-", "aria-")
LONGEST_FREE = 300
# Fields to type in that no browser fills in by itself.
FIELDS = _names("text search number checkbox radio button submit reset range date time month week color")
META = _names("viewport color-scheme")
