// Package picture makes a picture fit to be published: small, upright and without metadata.
//
// What is uploaded is never shown. It is decoded (JPEG, PNG or GIF) within limits of size, turned as its
// EXIF orientation says (TIFF 6.0, tag 274), made smaller by averaging, and encoded anew. So nothing of the
// file survives but its pixels: no place where a photo was taken, no name of a camera's owner, and nothing
// hidden behind the end of the picture.
package picture
