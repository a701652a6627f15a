package templates

import (
	"iter"
	"text/template/parse"
)

// nodes goes through a parsed template, a node before what it holds.
func nodes(root parse.Node) iter.Seq[parse.Node] {
	return func(yield func(parse.Node) bool) { walk(root, yield) }
}

func walk(n parse.Node, yield func(parse.Node) bool) bool {
	if !yield(n) {
		return false
	}
	for _, child := range children(n) {
		if !walk(child, yield) {
			return false
		}
	}
	return true
}

func children(n parse.Node) []parse.Node {
	var list []parse.Node
	branch := func(b *parse.BranchNode) {
		list = append(list, b.Pipe, b.List)
		if b.ElseList != nil {
			list = append(list, b.ElseList)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			list = append(list, n.Nodes...)
		}
	case *parse.ActionNode:
		list = append(list, n.Pipe)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			list = append(list, c)
		}
	case *parse.CommandNode:
		list = append(list, n.Args...)
	case *parse.ChainNode:
		list = append(list, n.Node)
	case *parse.TemplateNode:
		if n.Pipe != nil {
			list = append(list, n.Pipe)
		}
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	}
	return list
}
