package richtext

import (
	"bytes"
	"fmt"
	"net/url"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

// Markdown makes an Article of Markdown (CommonMark with the tables, strikethrough and bare links
// of GFM). HTML in it is allowed as far as the allow-list goes. Relative addresses are resolved
// against base, which may be nil.
func Markdown(source []byte, base *url.URL) (Article, error) {
	md := goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.Linkify),
		goldmark.WithRendererOptions(html.WithUnsafe()), // Sanitise comes after
	)
	var b bytes.Buffer
	if err := md.Convert([]byte(Clean(string(source))), &b); err != nil {
		return Article{}, fmt.Errorf("rendering Markdown: %w", err)
	}
	return Sanitise(b.String(), base), nil
}
